import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ServedApp, serveApp } from './served-app.ts'

describe.each(stores)('the routes of key drafts on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let app: ServedApp
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  beforeEach(async () => {
    app = await serveApp({ store: kept.store, services: { seal } })
  })
  afterAll(() => kept.close())

  test('give the public half alone, and the text to paste', async () => {
    const made = await app.send('POST', '/v1/keys', { body: { alg: 'ES256', kid: 'mine' } })
    expect([made.status, Object.keys(made.json ?? {}).toSorted()]).toEqual([
      201,
      ['createdAt', 'expiresAt', 'id', 'jwks', 'publicJwk'],
    ])
    const { id, publicJwk, jwks } = made.json as { id: string; publicJwk: object; jwks: string }
    expect(JSON.parse(jwks)).toEqual({ keys: [publicJwk] })
    expect(made.text).not.toMatch(/"(?:d|p|q|dp|dq|qi)"/)
    const list = await app.send('GET', '/v1/keys')
    expect(list.json).toEqual({ keys: [made.json] })
    expect((await app.send('DELETE', `/v1/keys/${id}`)).status).toBe(204)
    expect((await app.send('GET', '/v1/keys')).json).toEqual({ keys: [] })
    expect((await app.send('DELETE', `/v1/keys/${id}`)).status).toBe(404)
  })

  test('take what a person may choose of a key and refuse the rest', async () => {
    const plain = await app.send('POST', '/v1/keys', { body: {} })
    expect(plain.json).toMatchObject({ publicJwk: { kty: 'RSA', alg: 'RS256' } })
    for (const body of [{ alg: 'HS256' }, { bits: 1024 }, { kid: 'a\u0000b' }, { d: 'x' }]) {
      const { status } = await app.send('POST', '/v1/keys', { body })
      expect([body, [400, 422].includes(status)]).toEqual([body, true])
    }
  })

  test('make a connection', async () => {
    const running = await startOrg({ edition: 'unlimited', keyType: 'EC', clock: app.clock })
    onTestFinished(running.close)
    const draft = (await app.send('POST', '/v1/keys', { body: { alg: 'ES256' } })).json as {
      readonly id: string
      readonly publicJwk: object
    }
    const found = [...running.org.apps].find(
      ({ oauth }) => oauth?.clientId === running.app.clientId,
    )
    await fetch(`${running.url}/api/v1/apps/${found?.id}/credentials/jwks`, {
      method: 'POST',
      headers: { authorization: `SSWS ${running.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...draft.publicJwk, status: 'ACTIVE' }),
    })
    const connection = {
      name: 'of-a-draft',
      orgUrl: running.url,
      clientId: running.app.clientId,
      scopes: 'okta.users.read',
      keyDraft: draft.id,
    }
    const { status, text } = await app.send('POST', '/v1/connections', { body: connection })
    expect([status, text]).toEqual([201, text])
  })
})
