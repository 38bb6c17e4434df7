import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import {
  createAuthorizer,
  exportJwk,
  exportPem,
  importKey,
  parseOrgUrl,
  Secret,
  signAssertion,
} from '@postern/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { canaries, canaryJwk, everythingShown, leaksIn, leaksInBytes } from './canary.ts'
import { formsOf } from './leak-search.ts'
import { type Script, startScriptedServer, tokenAnswer } from './scripted-server.ts'
import { tokenScenario } from './token-source.ts'

const jwk = canaryJwk()
const key = await importKey(JSON.stringify(jwk))
const pem = (await exportPem(key)).reveal()

describe('the search itself', () => {
  test.each(Object.entries(canaries))('finds a leaked %s in every form', (kind, canary) => {
    for (const form of formsOf(canary)) expect(leaksIn(`log line ${form} end`)).toEqual([kind])
    const { d = '' } = jwk
    expect(leaksIn(d)).toEqual(['privateKey'])
    expect(leaksIn(pem.replaceAll('\n', ''))).toEqual(['privateKey'])
    expect(leaksIn(everythingShown({ nested: { canary } }))).toEqual([kind])
  })

  const bytes = Buffer.from(canaries.nonce)
  const around = (text: string) => `${'=x?'.repeat(500)}${text}${'_y&'.repeat(500)}`
  // Each as a program would write it that does not mean to.
  test.each<[string, string]>([
    ['sixteen characters of it', canaries.nonce.slice(9, 25)],
    ['JSON within JSON', JSON.stringify(JSON.stringify({ deep: canaries.nonce }))],
    [
      'JSON with every character escaped',
      [...canaries.nonce]
        .map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
    ],
    ['a buffer as JSON', JSON.stringify({ buffer: bytes })],
    ['a buffer as Node shows it', inspect(bytes)],
    ['an array of bytes', inspect(new Uint8Array(bytes))],
    [
      'a dump of bytes',
      bytes
        .toString('hex')
        .replace(/(.{4})/g, '$1 ')
        .replace(/(.{30})/g, '$1\n'),
    ],
    ['base64 in lines', bytes.toString('base64').replace(/(.{12})/g, '$1\r\n')],
    ['base64 of a sentence', Buffer.from(`It was ${canaries.nonce}.`).toString('base64')],
    ['base64url of JSON', Buffer.from(JSON.stringify([1, canaries.nonce])).toString('base64url')],
    ['a query', new URLSearchParams({ x: canaries.nonce }).toString()],
    ['a query with every byte escaped', bytes.toString('hex').replace(/(..)/g, '%$1')],
    ['HTML with every character escaped', [...bytes].map((byte) => `&#${byte};`).join('')],
    ['UTF-16', bytes.toString('utf8').split('').join('\0')],
    ['gzip in base64', gzipSync(around(canaries.nonce)).toString('base64')],
  ])('finds %s', (_what, text) => {
    expect(leaksIn(around(text))).toEqual(['nonce'])
  })

  test.each<[string, Buffer]>([
    ['as it is', bytes],
    ['in UTF-16, little-endian', Buffer.from(canaries.nonce, 'utf16le')],
    ['in UTF-16, big-endian', Buffer.from(canaries.nonce, 'utf16le').swap16()],
    ['packed', gzipSync(around(canaries.nonce))],
    ['packed, and cut off', gzipSync(around(canaries.nonce), { level: 0 }).subarray(0, 2_000)],
    [
      'packed within what is packed not at all',
      Buffer.concat([Buffer.alloc(99, 31), gzipSync(bytes)]),
    ],
    ['in base64', Buffer.from(bytes.toString('base64'))],
  ])('finds it in a file %s', (_what, content) => {
    const file = Buffer.concat([Buffer.alloc(4_099, 7), content, Buffer.alloc(4_099, 9)])
    expect(leaksInBytes(file)).toEqual(['nonce'])
  })

  test('finds nothing where there is less of it, or nothing', () => {
    expect(leaksIn(canaries.nonce.slice(0, 15))).toEqual([])
    expect(leaksIn(around('')).concat(leaksInBytes(gzipSync(around(''))))).toEqual([])
    expect(
      leaksIn(
        Array.from({ length: 2_000 }, (_, at) => `\\u${at.toString(16).padStart(4, '0')}`).join(''),
      ),
    ).toEqual([])
  })
})

describe('no mark shows', () => {
  test('in a key, its exports, or what it signs', async () => {
    const assertion = await signAssertion(key, {
      clientId: '0oaTEST0000000000Tst',
      tokenUrl: 'https://acme.okta.com/oauth2/v1/token',
      issuerUrl: 'https://acme.okta.com',
    })
    const shown = everythingShown([key, exportJwk(key), await exportPem(key), assertion])
    expect(leaksIn(shown)).toEqual([])
    expect(shown).not.toContain(assertion.jwt.reveal().split('.')[2])
    expect(leaksIn(everythingShown(key))).toEqual([])
  })

  const { d, ...publicJwk } = jwk
  const text = JSON.stringify(jwk)
  test.each<[string, string]>([
    ['cut', text.slice(0, -20)],
    ['with another point', JSON.stringify({ ...jwk, y: jwk['x'] })],
    ['with d twice', text.replace('{', `{"d":"${d}",`)],
    ['with d as a list', JSON.stringify({ ...publicJwk, d: [d] })],
    ['with d too long', JSON.stringify({ ...jwk, d: `${d}AAAA` })],
    ['with d not base64url', JSON.stringify({ ...jwk, d: `${d}!` })],
    ['for encryption', JSON.stringify({ ...jwk, use: 'enc' })],
    ['with a strange type', JSON.stringify({ ...jwk, kty: d })],
    ['with a strange curve', JSON.stringify({ ...jwk, crv: canaries.privateKey })],
    ['with d as kid and control characters', JSON.stringify({ ...jwk, kid: `${d}\u0000` })],
    ['with d as alg', JSON.stringify({ ...jwk, alg: d })],
    ['with d as a member’s name', JSON.stringify({ ...jwk, [canaries.privateKey]: 1, d: 7 })],
    ['twice in a set', JSON.stringify({ keys: [jwk, jwk] })],
    ['with smart quotes', text.replaceAll('"', '“')],
    ['with a comma too many', text.replace('}', ',}')],
    ['as PEM without its end', pem.split('\n').slice(0, -2).join('\n')],
    ['as PEM without its beginning', pem.split('\n').slice(1).join('\n')],
    ['as PEM with a broken line', pem.replace(/\n(.{20})/, '\n$1***')],
    ['as PEM with another label', pem.replace('BEGIN PRIVATE', 'BEGIN PUBLIC')],
    ['as PEM twice', `${pem}${pem}`],
    ['as PEM cut short', pem.replace(/.{12}\n-----END/, '\n-----END')],
    ['as bare text', canaries.privateKey],
    ['as a path', `/etc/${canaries.privateKey}/key.pem`],
    ['as a value in YAML', `privateKey: ${canaries.privateKey}`],
  ])('in the refusal of a private key %s', async (_how, broken) => {
    const refused: unknown = await importKey(broken).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'KeyError' })
    expect(leaksIn(everythingShown(refused))).toEqual([])
  })

  test('in the refusal of an encrypted key, right or wrong passphrase', async () => {
    const encrypted = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: canaries.passphrase,
    }) as string
    const right = await importKey(encrypted, { passphrase: new Secret(canaries.passphrase) })
    const wrong = await importKey(encrypted, {
      passphrase: new Secret(`${canaries.passphrase}x`),
    }).catch((error: unknown) => error)
    expect(wrong).toMatchObject({ code: 'key_encrypted' })
    expect(leaksIn(everythingShown(right) + everythingShown(wrong))).toEqual([])
  })

  const scenario = (script: Script) =>
    tokenScenario(script, { key, dpopRequired: true }, { timeoutMs: 200 })

  const granted = tokenAnswer({ token_type: 'DPoP', access_token: canaries.accessToken })

  test('in a token, its source, its steps, and what authorises with it', async () => {
    const { source: tokens, steps } = await scenario(() => ({
      ...granted,
      headers: { 'dpop-nonce': canaries.nonce },
    }))
    const token = await tokens.token()
    expect(token.accessToken.reveal()).toBe(canaries.accessToken)
    const { org, credential } = tokens
    const authorizer = createAuthorizer({ org, credential })
    const used = await authorizer.authorize({ method: 'GET', url: `${org}/api/v1/users` })
    expect(leaksIn(everythingShown([token, tokens, steps, authorizer, used]))).toEqual([])
    expect(leaksIn(everythingShown(token))).toEqual([])
  })

  test.each<[string, Script]>([
    [
      'a server that says everything back',
      ({ form, headers }) => ({
        status: 401,
        body: {
          error: form['client_assertion'],
          error_description: `${form['client_assertion']} ${headers['dpop']} Bearer ${canaries.accessToken}`,
        },
        headers: { 'x-okta-request-id': canaries.accessToken.repeat(3) },
      }),
    ],
    ['an unusable answer', () => ({ body: { access_token: `${canaries.accessToken}\r\nx: y` } })],
    ['a token of the wrong type', () => tokenAnswer({ access_token: canaries.accessToken })],
    ['an answer that is no JSON', () => ({ body: `<html>${canaries.accessToken}</html>` })],
    ['an answer that breaks off', () => ({ ...granted, cut: 'during' })],
    ['no answer', () => ({ hang: true })],
  ])('in the failure after %s', async (_what, script) => {
    let assertion = ''
    const { source: tokens, steps } = await scenario((request, number) => {
      assertion = request.form['client_assertion'] ?? ''
      return script(request, number)
    })
    const failed: unknown = await tokens
      .token({ signal: AbortSignal.timeout(1_000) })
      .catch((error: unknown) => error)
    const shown = everythingShown([failed, steps]) + everythingShown(failed)
    expect(failed).toBeInstanceOf(Error)
    expect(shown).not.toContain(assertion.split('.')[2])
    // What a server invents to say is its own; what is shaped like a token is taken out of it.
    expect(leaksIn(shown)).toEqual([])
  })

  test('in an API token’s connection', async () => {
    const { org } = parseOrgUrl('https://acme.okta.com')
    const credential = { kind: 'api-token', apiToken: new Secret(canaries.apiToken) } as const
    const authorizer = createAuthorizer({ org, credential })
    const used = await authorizer.authorize({ method: 'GET', url: `${org}/api/v1/users` })
    const refused: unknown = await authorizer
      .authorize({ method: 'GET', url: 'https://evil.example/' })
      .catch((error: unknown) => error)
    expect(leaksIn(everythingShown([credential, authorizer, used, refused]))).toEqual([])
  })
})

describe('no mark shows on the screen', () => {
  const place = createPlace()
  afterAll(place.remove)
  writeFileSync(place.path('app.jwk'), text(jwk), { mode: 0o600 })
  writeFileSync(place.path('broken.jwk'), text(jwk).slice(0, -9), { mode: 0o600 })
  writeFileSync(place.path('app.pem'), pem, { mode: 0o600 })
  const env = {
    OKTA_CLIENT_PRIVATEKEY: pem,
    OKTA_CLIENT_TOKEN: canaries.apiToken,
    OKTA_API_TOKEN: `${canaries.apiToken}x`,
    P: canaries.passphrase,
  }
  const connection = ['--org', 'https://acme.okta.com', '--client-id', '0oaTEST0000000000Tst']
  const scopes = ['--scopes', 'okta.users.read']

  test.each<[string, string[]]>([
    ['inspect', ['keys', 'inspect', 'app.jwk']],
    ['inspect as JSON', ['keys', 'inspect', 'app.pem', '--output', 'json']],
    ['inspect as YAML', ['keys', 'inspect', 'env:OKTA_CLIENT_PRIVATEKEY', '--output', 'yaml']],
    ['a broken file', ['keys', 'inspect', 'broken.jwk', '--debug']],
    ['public', ['keys', 'public', 'app.jwk', '--jwks']],
    ['a wrong passphrase', ['keys', 'inspect', 'app.pem', '--passphrase', 'env:P', '--debug']],
    ['explain', ['token', ...connection, '--key', 'app.jwk', ...scopes, '--explain']],
    [
      'explain as JSON',
      ['token', ...connection, '--key', 'app.jwk', ...scopes, '--explain', '--output', 'json'],
    ],
    ['what the environment holds', ['token', ...connection, '--from-env', ...scopes, '--explain']],
    ['an API token', ['token', ...connection, '--api-token', 'env:OKTA_CLIENT_TOKEN', '--debug']],
    [
      'a key where a token belongs',
      ['token', ...connection, '--api-token', 'env:OKTA_CLIENT_PRIVATEKEY', '--debug'],
    ],
    ['a key as an argument', ['token', '--key', pem, '--debug']],
    ['a key as an unknown flag', [pem]],
    ['a JWK as an argument', ['keys', 'inspect', text(jwk)]],
    ['an API token as an argument', ['token', '--api-token', canaries.apiToken]],
    [
      'a passphrase as an argument',
      ['keys', 'inspect', 'app.pem', '--passphrase', canaries.passphrase, '--debug'],
    ],
    [
      'a refused path of a request',
      ['request', 'GET', `//${canaries.passphrase}/`, ...connection, '--from-env', ...scopes],
    ],
    [
      'a body that is no JSON',
      [
        'request',
        'POST',
        '/x',
        '--body',
        canaries.passphrase,
        ...connection,
        '--from-env',
        '--debug',
      ],
    ],
    [
      'a header that carries a credential',
      [
        'request',
        'GET',
        '/x',
        '--header',
        `Cookie=${canaries.nonce}`,
        ...connection,
        '--from-env',
        ...scopes,
      ],
    ],
    [
      'a cursor that is none',
      ['read', 'users', '--cursor', canaries.passphrase, ...connection, '--from-env', ...scopes],
    ],
    ['an API token in a header', ['token', ...connection, '--header', `x=${canaries.apiToken}`]],
  ])('after %s', async (_what, args) => {
    const { stdout, stderr } = await place.run(args, { env })
    expect(stdout + stderr).not.toBe('')
    expect(leaksIn(stdout + stderr)).toEqual([])
  })
})

test('the screen is searched: what a command prints on purpose is found there', async () => {
  const place = createPlace()
  onTestFinished(place.remove)
  writeFileSync(place.path('app.jwk'), JSON.stringify(jwk), { mode: 0o600 })
  const { stdout } = await place.run(['keys', 'public', 'app.jwk'])
  expect(leaksIn(stdout, { x: jwk['x'] ?? '' })).toEqual(['x'])
  const { stderr } = await place.run(['keys', 'public', 'nowhere.jwk'])
  expect(leaksIn(stderr, { code: '(file_not_found)' })).toEqual(['code'])
})

describe('no mark shows on the screen while an org says everything back', () => {
  const place = createPlace()
  afterAll(place.remove)

  test.each([
    [['request', 'GET', '/api/v1/users']],
    [['request', 'GET', '/api/v1/users', '--paginate', '--output', 'json', '--debug']],
    [['read', 'users', '--debug']],
  ])('%j', async (args) => {
    const echo = await startScriptedServer(({ headers }) => ({
      status: 403,
      headers: { 'x-okta-request-id': String(headers.authorization) },
      body: { errorCode: 'E0000006', errorSummary: `You sent ${headers.authorization}` },
    }))
    onTestFinished(echo.close)
    const flags = ['--org', echo.orgUrl, '--api-token', 'env:T']
    const { code, stdout, stderr } = await place.run([...args, ...flags], {
      env: { T: canaries.apiToken },
    })
    expect([code, stderr.includes('role_insufficient')]).toEqual([5, true])
    expect(leaksIn(stdout + stderr)).toEqual([])
  })
})

function text(value: unknown): string {
  return JSON.stringify(value)
}
