/** @module What the API says of a key that it is shown. */

import { exportPem, generateKey } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCases } from '../../../../test/bad-inputs/load.mjs'
import type { TestStore } from '../../../../test/stores.ts'
import { openEmbedded, serveApp } from './served-app.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openEmbedded()
})
afterAll(() => opened.close())

const serve = () =>
  serveApp({ store: opened.store, keys: { reader: [{ connections: ['acme'], verbs: ['read'] }] } })

describe('a key that is shown', () => {
  test('is described by its public half, to whoever has an access key, and kept nowhere', async () => {
    const key = await generateKey({ alg: 'ES256', kid: 'shown' })
    const { send, keys, logged } = await serve()
    const text = (await exportPem(key)).reveal()
    const before = await opened.dump()
    const {
      status,
      json,
      text: body,
    } = await send('POST', '/v1/keys/inspect', {
      key: keys.reader,
      body: { key: text, keyId: 'shown' },
    })
    expect(status).toBe(200)
    expect(json).toEqual({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      kid: 'shown',
      kidGiven: true,
      thumbprint: key.thumbprint,
      publicJwk: key.publicJwk,
      warnings: [],
    })
    const { d } = JSON.parse(key.privateJwk.reveal())
    expect(body).not.toContain(d)
    expect(JSON.stringify(logged)).not.toContain(d)
    expect(await opened.dump()).toBe(before)
  })

  test('is refused by name, without a word of it', async () => {
    const { publicJwk } = await generateKey({ alg: 'ES256' })
    const { send } = await serve()
    const { status, json, text } = await send('POST', '/v1/keys/inspect', {
      body: { key: JSON.stringify(publicJwk) },
    })
    expect([status, json?.['code']]).toEqual([422, 'key_is_public'])
    expect(text).not.toContain('x' in publicJwk ? publicJwk.x : '')
  })

  test('is not read where it is larger than any key', async () => {
    const { send } = await serve()
    const body = { key: 'x'.repeat(70_000) }
    const { status, json } = await send('POST', '/v1/keys/inspect', { body })
    expect([status, json?.['code']]).toEqual([413, 'request_too_large'])
  })

  test('that is bad is refused as the corpus says, and its text never comes back', async () => {
    const bad = loadCases().filter(
      ({ category, input, expect: { outcome } }) =>
        category === 'private_key' && outcome === 'rejected' && textOf(input) !== undefined,
    )
    expect(bad.length).toBeGreaterThan(10)
    const { send } = await serve()
    for (const { input, context, expect: expected, also = [] } of bad) {
      const given = textOf(input) ?? ''
      const body = {
        key: given,
        keyId: context?.['kid'] ?? undefined,
        jwtAlg: context?.['alg'] ?? undefined,
      }
      const { json, text } = await send('POST', '/v1/keys/inspect', { body })
      expect([expected, ...also].map(({ code }) => code)).toContain(json?.['code'])
      const pieces = given.match(/[A-Za-z0-9+/_-]{24,}/g) ?? []
      expect(pieces.filter((piece) => text.includes(piece))).toEqual([])
    }
  })
})

function textOf(input: unknown): string | undefined {
  const has = typeof input === 'object' && input !== null && 'text' in input
  return has && typeof input.text === 'string' ? input.text : undefined
}
