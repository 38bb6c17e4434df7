import { generateKeyPairSync } from 'node:crypto'
import { exportPem, generateKey, Secret } from '@postern/core'
import { describe, expect, it } from 'vitest'
import { checkKey, readKeyFile } from '../../src/connect/check-key.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function check(text: string, keyId = '', passphrase?: string) {
  const opened = passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }
  return checkKey({ text: new Secret(text), ...opened }, { keyId })
}

describe('checkKey', () => {
  it('understands a PEM, and says which algorithms it signs with', async () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(await check(String(pem))).toMatchObject({ at: 'understood', algs: ['ES256'] })
  })

  it('knows that a JWK that names an algorithm is meant for no other', async () => {
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = { ...rsa.export({ format: 'jwk' }), kid: 'k1' }
    const free = await check(JSON.stringify(jwk))
    expect(free).toMatchObject({ at: 'understood', algs: ['RS256', 'RS384', 'RS512'] })
    const named = await check(JSON.stringify({ ...jwk, alg: 'RS384' }))
    expect(named).toMatchObject({ at: 'understood', algs: ['RS384'] })
  })

  it('asks for the passphrase of an encrypted key, and says where it does not open it', async () => {
    const encrypted = privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'right',
    })
    const locked = await check(String(encrypted))
    expect(locked).toMatchObject({ at: 'locked' })
    expect(locked).not.toHaveProperty('problem')
    expect(await check(String(encrypted), '', 'wrong')).toMatchObject({
      at: 'locked',
      problem: { code: 'key_encrypted', message: expect.stringContaining('does not open it') },
    })
    expect(await check(String(encrypted), '', 'right')).toMatchObject({ at: 'understood' })
  })

  it('chooses of a set by the Key ID', async () => {
    const keys = await Promise.all(['k1', 'k2'].map((kid) => generateKey({ alg: 'ES256', kid })))
    const jwks = `{"keys":[${keys.map((key) => key.privateJwk.reveal()).join(',')}]}`
    expect(await check(jwks)).toMatchObject({ at: 'set', problem: { code: 'key_jwks_ambiguous' } })
    expect(await check(jwks, 'other')).toMatchObject({ at: 'set', keyId: 'other' })
    expect(await check(jwks, 'k2')).toMatchObject({ at: 'understood', key: { kid: 'k2' } })
  })
})

describe('readKeyFile', () => {
  it('reads text as text, and DER so that it is understood too', async () => {
    const pem = await exportPem(await generateKey({ alg: 'ES256' }))
    expect(await readKeyFile(new Blob([pem.reveal()]))).toBe(pem.reveal())
    const der = privateKey.export({ type: 'pkcs8', format: 'der' })
    const text = await readKeyFile(new Blob([new Uint8Array(der)]))
    expect(await check(text)).toMatchObject({ at: 'understood' })
  })

  it('reads no more of a large file than shows that it is too large', async () => {
    const text = await readKeyFile(new Blob(['a'.repeat(200_000)]))
    expect(text.length).toBeLessThan(70_000)
    expect(await check(text)).toMatchObject({ problem: { code: 'input_too_large' } })
  })
})
