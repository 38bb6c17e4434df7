import { fetchTransport, parseJwksUri, requirePublished } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { startKeySetServer } from '../../../../test/key-set-server.ts'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { setupKey } from './setup-scenario.ts'

const { publicJwk } = setupKey
const options = { transport: fetchTransport }

describe('parseJwksUri', () => {
  test('takes https, and http on this machine', () => {
    expect(parseJwksUri('https://keys.acme.example/jwks.json')).toBe(
      'https://keys.acme.example/jwks.json',
    )
    expect(parseJwksUri('http://127.0.0.1:8080/jwks.json')).toBe('http://127.0.0.1:8080/jwks.json')
  })

  test.each([
    'http://keys.acme.example/jwks.json',
    'https://user:pass@keys.acme.example/',
    'https://keys.acme.example/#key',
    'file:///etc/passwd',
    'keys.acme.example',
    '',
  ])('refuses %j', (text) => {
    expect(() => parseJwksUri(text)).toThrow(
      expect.objectContaining({ code: 'key_set_url_invalid' }),
    )
  })
})

describe('requirePublished', () => {
  test('is content with a set that has the key under its kid, whatever else is in it', async () => {
    const server = await startKeySetServer()
    server.publish([
      { ...publicJwk, kid: 'another', x: publicJwk.kid },
      { ...publicJwk, alg: undefined },
    ])
    await requirePublished(server.url, [publicJwk], options)
    expect(server.asked()).toBe(1)
  })

  test.each([
    ['nothing is there', undefined, 'key_set_unreadable'],
    ['a page is there', '<html>It works!</html>', 'key_set_unreadable'],
    ['there are no keys', '{"keys":"none"}', 'key_set_unreadable'],
    ['the set is empty', [], 'key_set_incomplete'],
    ['the key has another kid', [{ ...publicJwk, kid: 'x' }], 'key_set_incomplete'],
    ['the kid is of another key', [{ ...publicJwk, x: 'AAAA' }], 'key_set_incomplete'],
    ['two keys share a kid', [publicJwk, publicJwk], 'key_set_kid_repeated'],
    ['the private half is there', [{ ...publicJwk, d: 'AAAA' }], 'key_set_unreadable'],
  ])('says what is wrong where %s', async (_what, keys, code) => {
    const server = await startKeySetServer()
    if (keys !== undefined) server.publish(keys)
    await expect(requirePublished(server.url, [publicJwk], options)).rejects.toMatchObject({ code })
  })

  test('does not follow a redirect, and reads no more than 64 KiB', async () => {
    const elsewhere = await startKeySetServer()
    elsewhere.publish([publicJwk])
    const { close, orgUrl } = await startScriptedServer(({ path }) =>
      path === '/large'
        ? { body: `{"keys":[${' '.repeat(70_000)}]}` }
        : { status: 302, headers: { location: elsewhere.url } },
    )
    try {
      const redirected = requirePublished(`${orgUrl}/redirect`, [publicJwk], options)
      await expect(redirected).rejects.toMatchObject({ code: 'key_set_unreadable' })
      const large = requirePublished(`${orgUrl}/large`, [publicJwk], options)
      await expect(large).rejects.toMatchObject({ code: 'upstream_response_too_large' })
      expect(elsewhere.asked()).toBe(0)
    } finally {
      await close()
    }
  })
})
