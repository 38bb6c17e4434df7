import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { exportJwk, generateKey } from '@postern/core'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

describe('postern keys generate', () => {
  test('writes the private half to a file for its owner alone and shows the public half (mission 0.8)', async () => {
    const out = place.path('app.jwk')
    const { code, stdout, stderr } = await place.run([
      'keys',
      'generate',
      '--out',
      out,
      '--kid',
      'jwks1',
    ])
    expect(code).toBe(0)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const privateJwk = JSON.parse(readFileSync(out, 'utf8'))
    expect(Object.keys(privateJwk)).toEqual(
      expect.arrayContaining(['d', 'p', 'q', 'dp', 'dq', 'qi']),
    )
    const publicJwk = JSON.parse(stdout)
    expect(publicJwk).toEqual({
      kty: 'RSA',
      n: privateJwk.n,
      e: 'AQAB',
      kid: 'jwks1',
      alg: 'RS256',
      use: 'sig',
    })
    expect(Buffer.from(publicJwk.n, 'base64url').length * 8).toBe(2048)
    expect(stderr).toContain('PUBLIC KEYS')
    expect(stdout + stderr).not.toContain(privateJwk.d.slice(0, 16))
  })

  test.each([
    ['ES384', ['--alg', 'ES384'], { kty: 'EC', crv: 'P-384', alg: 'ES384' }],
    ['RSA of 3072 bits', ['--bits', '3072'], { kty: 'RSA', alg: 'RS256' }],
    ['another product’s word', ['--alg', 'JWT_ALGORITHM_RS512'], { alg: 'RS512' }],
  ])('makes %s, with the thumbprint as kid', async (name, flags, expected) => {
    const out = place.path(`${name.replaceAll(/\W/g, '')}.pem`)
    const made = await place.run(['keys', 'generate', '--out', out, '--format', 'pem', ...flags])
    const publicJwk = JSON.parse(made.stdout)
    expect(publicJwk).toMatchObject(expected)
    expect(publicJwk.kid).toBe(await calculateJwkThumbprint(publicJwk))
    expect(readFileSync(out, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    const read = await place.run(['keys', 'public', out, '--alg', publicJwk.alg])
    expect(JSON.parse(read.stdout)).toEqual(publicJwk)
  })

  test('overwrites no file and follows no link', async () => {
    const out = place.path('precious')
    writeFileSync(out, 'precious')
    const { code, stderr } = await place.run(['keys', 'generate', '--out', out])
    expect([code, readFileSync(out, 'utf8')]).toEqual([1, 'precious'])
    expect(stderr).toContain('file_exists')
  })

  test.each([
    ['stdout', ['--out', '-'], 'usage_invalid'],
    ['a size nobody should use', ['--out', 'x', '--bits', '1024'], 'usage_invalid'],
    ['a format that is none', ['--out', 'x', '--format', 'der'], 'usage_invalid'],
  ])('%s is refused', async (_what, flags, errorCode) => {
    const { code, stderr } = await place.run(['keys', 'generate', ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(errorCode)
    expect(existsSync(place.path('x'))).toBe(false)
  })

  test('a folder that is not there is named', async () => {
    const { code, stderr } = await place.run([
      'keys',
      'generate',
      '--out',
      place.path('no/such/key'),
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('file_not_writable')
  })
})

describe('postern keys inspect and public', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'sec1',
    format: 'pem',
  }) as string

  test('say what a key is, from a file, from stdin and from a variable', async () => {
    writeFileSync(place.path('ec.pem'), pem)
    const results = await Promise.all([
      place.run(['keys', 'inspect', place.path('ec.pem'), '--kid', 'k1', '--output', 'json']),
      place.run(['keys', 'inspect', '-', '--kid', 'k1', '--output', 'json'], { input: pem }),
      place.run(['keys', 'inspect', 'env:KEY', '--kid', 'k1', '--output', 'json'], {
        env: { KEY: pem.replaceAll('\n', '\\n') },
      }),
    ])
    const [first, second, third] = results.map(({ stdout }) => JSON.parse(stdout))
    expect(first).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      kid: 'k1',
      kidGiven: true,
    })
    expect(second).toEqual(first)
    expect(third).toMatchObject({ thumbprint: first.thumbprint })
    expect(third.warnings).toMatchObject([{ code: 'key_escaped_newlines' }])
  })

  test('print a table for people', async () => {
    const { stdout } = await place.run(['keys', 'inspect', '-', '--kid', 'k1'], { input: pem })
    expect(stdout).toMatch(
      /^Type +EC P-256\nAlgorithm +ES256\nKey ID +k1\nThumbprint +[\w-]{43}\n$/,
    )
  })

  test('prints JSON lines and CSV', async () => {
    const jwk = exportJwk(await generateKey({ alg: 'ES256', kid: '=kid' })).reveal()
    const lines = await place.run(['keys', 'public', '-', '--output', 'jsonl'], { input: jwk })
    expect(lines.stdout).toMatch(/^\{"kty":"EC",.*\}\n$/)
    const csv = await place.run(['keys', 'public', '-', '--output', 'csv'], { input: jwk })
    expect(csv.stdout).toMatch(/^kty,crv,x,y,kid,alg,use\nEC,P-256,.*,'=kid,ES256,sig\n$/)
  })

  test('YAML is YAML', async () => {
    const { stdout } = await place.run(['--output', 'yaml', 'keys', 'inspect', '-'], { input: pem })
    const { parse } = await import('yaml')
    expect(parse(stdout)).toMatchObject({ kty: 'EC', kidGiven: false })
  })

  test('a key set is printed on request', async () => {
    const { stdout } = await place.run(['keys', 'public', '-', '--jwks', '--kid', 'k1'], {
      input: pem,
    })
    expect(JSON.parse(stdout)).toMatchObject({ keys: [{ kty: 'EC', kid: 'k1', use: 'sig' }] })
  })

  test('an encrypted PEM opens with its passphrase, which is never an argument', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const encrypted = privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'correct horse',
    })
    writeFileSync(place.path('encrypted.pem'), encrypted)
    const inspect = (env: Record<string, string>) =>
      place.run(['keys', 'inspect', place.path('encrypted.pem'), '--passphrase', 'env:P'], { env })
    expect(await inspect({ P: 'correct horse' })).toMatchObject({ code: 0 })
    const wrong = await inspect({ P: 'battery staple' })
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('key_encrypted') })
    expect(wrong.stderr).not.toContain('battery')
  })

  test('a failure is a code, what was seen and what to do, also as JSON', async () => {
    const publicPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    }) as string
    const text = await place.run(['keys', 'inspect', '-'], { input: publicPem })
    expect(text.stderr).toMatch(/^error .+\(key_is_public\)\n {2}fix Paste the private key/)
    const json = await place.run(['keys', 'inspect', '-', '--output', 'json'], { input: publicPem })
    expect([json.code, json.stdout]).toEqual([1, ''])
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: 'key_is_public', remedy: expect.any(String), message: expect.any(String) },
    })
  })

  test('a key as an argument is refused and not said back', async () => {
    const { code, stderr } = await place.run(['keys', 'inspect', pem])
    expect(code).toBe(2)
    expect(stderr).toContain('secret_in_argument')
    expect(stderr).not.toContain(pem.split('\n')[1])
  })

  test('a file that is not there, and a variable that is not set, have exit codes of their own', async () => {
    expect(await place.run(['keys', 'inspect', place.path('nothing')])).toMatchObject({ code: 6 })
    expect(await place.run(['keys', 'inspect', 'env:NOTHING'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('env_not_set'),
    })
  })

  test('ten megabytes of anything are refused for their size', async () => {
    const { code, stderr } = await place.run(['keys', 'inspect', '-'], {
      input: Buffer.alloc(10 * 1024 * 1024, 'A'),
    })
    expect(code).toBe(1)
    expect(stderr).toContain('input_too_large')
  })
})
