import { addKey, deactivateKey, importKey, listKeys, Secret } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { Connections } from '../../src/connections/connections.ts'
import type { ConnectionsContext } from '../../src/connections/context.ts'
import { KeyDrafts } from '../../src/connections/key-drafts.ts'
import { by, codeOf, openContext } from './kept.ts'

const DAY_MS = 86_400_000

describe.each(stores)('a key draft kept on $name', ({ open }) => {
  let kept: TestStore
  let clock: TestClock
  let context: ConnectionsContext
  let drafts: KeyDrafts
  let connections: Connections
  beforeAll(async () => {
    kept = await open()
    clock = new TestClock()
    context = await openContext(kept, { seal: await openTestSeal(kept.store), clock })
    drafts = new KeyDrafts(context)
    connections = new Connections(context)
  })
  afterAll(() => kept.close())

  const secretsOf = (id: string) =>
    kept.store.db.selectFrom('secret').selectAll().where('connection_id', '=', id).execute()

  test('gives its public half and keeps the private one sealed', async () => {
    const { id, publicJwk } = await drafts.add({ alg: 'ES256', kid: 'draft-1' }, by)
    expect(publicJwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      kid: 'draft-1',
      alg: 'ES256',
      use: 'sig',
      x: expect.any(String),
      y: expect.any(String),
    })
    expect(await drafts.list()).toMatchObject([{ id, publicJwk }])
    expect(await secretsOf(id)).toMatchObject([{ kind: 'private-key', label: 'draft-1' }])
    expect(await kept.dump()).not.toMatch(/"d":/)
    await drafts.remove(id, by)
    expect([await drafts.list(), await secretsOf(id)]).toEqual([[], []])
    expect(await codeOf(drafts.remove(id, by))).toBe('key_draft_not_found')
  })

  test('becomes the key of one connection, sealed under that, and is a draft no more', async () => {
    const org = await emulatedOrg({ edition: 'unlimited', keyType: 'EC', clock })
    const { id, publicJwk } = await drafts.add({ alg: 'ES256' }, by)
    const { running } = org
    const app = [...running.org.apps].find(({ oauth }) => oauth?.clientId === running.app.clientId)
    await addKey(org.admin, app?.id ?? '', publicJwk)
    const values = {
      orgUrl: running.url,
      clientId: running.app.clientId,
      scopes: 'okta.users.read',
    }
    const { row } = await connections.connect({ name: 'from-draft', values, keyDraft: id }, by)
    expect(row.settings.publicJwk).toEqual(publicJwk)
    expect(await secretsOf(id)).toEqual([])
    expect(await secretsOf(row.id)).toMatchObject([{ label: publicJwk.kid }])
    await (await connections.open('from-draft')).org.request({ path: '/api/v1/users' })
    const again = connections.connect({ name: 'from-draft-2', values, keyDraft: id }, by)
    expect(await codeOf(again)).toBe('key_draft_not_found')
  })

  test('replaces the key of a connection', async () => {
    const org = await emulatedOrg({ edition: 'unlimited', keyType: 'EC', clock })
    const { running } = org
    const key = new Secret(JSON.stringify(running.app.key))
    const values = {
      orgUrl: running.url,
      clientId: running.app.clientId,
      scopes: 'okta.users.read',
      key,
    }
    await connections.connect({ name: 'replaced', values }, by)
    const { id, publicJwk } = await drafts.add({ alg: 'ES256' }, by)
    const app = [...running.org.apps].find(({ oauth }) => oauth?.clientId === running.app.clientId)
    await addKey(org.admin, app?.id ?? '', publicJwk)
    const { row } = await connections.update('replaced', { members: { keyDraft: id } }, by)
    expect(row.settings.publicJwk).toEqual(publicJwk)
    const before = await importKey(JSON.stringify(running.app.key))
    const [old] = (await listKeys(org.admin, app?.id ?? '')).filter(({ kid }) => kid === before.kid)
    await deactivateKey(org.admin, app?.id ?? '', old?.keyId ?? '')
    clock.advance(3_600_000)
    await (await connections.open('replaced')).org.request({ path: '/api/v1/users' })
    expect(await drafts.list()).toEqual([])
  })

  test('is not used up by a connection that is refused, and not beside another key', async () => {
    const { running } = await emulatedOrg({ edition: 'unlimited', keyType: 'EC', clock })
    const { id } = await drafts.add({ alg: 'ES256' }, by)
    const values = {
      orgUrl: running.url,
      clientId: running.app.clientId,
      scopes: 'okta.users.read',
    }
    const unregistered = connections.connect({ name: 'refused', values, keyDraft: id }, by)
    expect(await codeOf(unregistered)).toBe('connection_unusable')
    const key = new Secret(JSON.stringify(running.app.key))
    const both = { name: 'refused', values: { ...values, key }, keyDraft: id }
    expect(await codeOf(connections.connect(both, by))).toBe('key_draft_and_key')
    expect((await drafts.list()).map((draft) => draft.id)).toEqual([id])
    await drafts.remove(id, by)
  })

  test('is gone after seven days, with its private half', async () => {
    const { id } = await drafts.add({ alg: 'ES256' }, by)
    clock.advance(7 * DAY_MS - 1)
    await drafts.removeExpired()
    expect(await secretsOf(id)).toHaveLength(1)
    clock.advance(1)
    expect(await drafts.list()).toEqual([])
    const connect = connections.connect({ name: 'late', values: {}, keyDraft: id }, by)
    expect(await codeOf(connect)).toBe('key_draft_not_found')
    await drafts.removeExpired()
    expect(await secretsOf(id)).toEqual([])
  })
})
