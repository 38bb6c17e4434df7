import { addKey, generateKey, Org, Secret } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { Connections } from '../../src/connections/connections.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, codeOf, openConnections, openContext, valuesOfApp } from './kept.ts'

describe.each(stores)('a change of a connection on $name', ({ name: kind, open }) => {
  let kept: TestStore
  let seal: Seal
  let org: RunningOrg
  let admin: Org
  let clock: TestClock
  let connections: Connections
  /** A second process on the same store. */
  let other: Connections
  let tokenRequests = 0
  /** What requests of the first process wait for. */
  let gate = Promise.resolve()
  beforeAll(async () => {
    org = await startOrg({ keyType: 'EC', users: 2 })
    const credential = { kind: 'api-token', apiToken: new Secret(org.adminToken) } as const
    admin = new Org({ url: org.url, dev: true, credential })
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  beforeEach(async () => {
    clock = new TestClock()
    connections = await openConnections(kept, {
      seal,
      clock,
      onRequest: ({ url }) => {
        if (url.endsWith('/oauth2/v1/token')) tokenRequests++
        return gate
      },
    })
    other = await openConnections(kept, { seal, clock })
    await connections.connect({ name: 'acme', values: valuesOfApp(org) }, by)
    tokenRequests = 0
  })
  afterEach(() => connections.remove('acme', by))
  afterAll(async () => {
    await org.close()
    await kept.close()
  })

  const newKey = async (kid: string) => {
    const key = await generateKey({ alg: 'ES256', kid })
    await addKey(admin, org.app.clientId, key.publicJwk)
    return key
  }
  const audit = () =>
    kept.store.db
      .selectFrom('audit')
      .select(['action', 'outcome', 'details'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()

  test('in another process is seen whole, whatever of it was read before', async () => {
    const key = await newKey('meanwhile')
    const values = { key: key.privateJwk.reveal() }
    let isReplaced = false
    const context = await openContext(kept, { seal, clock })
    const opening = new Connections({
      ...context,
      // Between the row of a connection and its secrets.
      customDomains: async () => {
        if (!isReplaced) {
          isReplaced = true
          await connections.update('acme', { members: values, force: true }, by)
        }
        return []
      },
    })
    const { row } = await opening.open('acme')
    expect(row.settings.publicJwk?.kid).toBe('meanwhile')
  })

  test('of the value of a header holds from the next token on, and no token of before is handed out', async () => {
    const sent: (string | undefined)[] = []
    const own = await openConnections(kept, {
      seal,
      clock,
      onRequest: ({ url, headers }) => {
        if (url.endsWith('/oauth2/v1/token')) sent.push(headers?.['x-route'])
      },
    })
    const change = (value: string) =>
      own.update('acme', { members: { headers: { 'X-Route': value } }, force: true }, by)
    const token = async () => (await own.open('acme')).tokens?.token()
    for (const value of ['blue', 'green']) {
      await change(value)
      sent.length = 0
      await token()
      await own.update('acme', { members: { description: value } }, by)
      await token()
      expect(sent).toEqual([value])
    }
  })

  test('of its description alone asks the org nothing and keeps its token', async () => {
    const { tokens } = await connections.open('acme')
    await tokens?.token()
    const members = { description: ' Directory ', rotationIntervalDays: 30 }
    const { row, findings } = await connections.update('acme', { members }, by)
    expect(row).toMatchObject({
      description: 'Directory',
      revision: 2,
      rotation_interval_days: 30,
      next_rotation_at: new Date(clock.now().getTime() + 30 * 86_400_000),
    })
    expect(findings).toEqual([])
    const again = await connections.open('acme')
    expect(again.tokens).toBe(tokens)
    expect(again.row.description).toBe('Directory')
    expect(tokenRequests).toBe(1)
    const cleared = { description: null, rotationIntervalDays: null }
    const { row: bare } = await connections.update('acme', { members: cleared }, by)
    expect(bare).toMatchObject({ description: null, next_rotation_at: null })
  })

  test('of its scopes and claims is tried out, and holds for a client that was open before', async () => {
    const { org: client } = await connections.open('acme')
    await client.request({ path: '/api/v1/groups' })
    const members = { scopes: ['okta.users.read'], jwtExpirySeconds: 300, jwtClaims: { tier: 2 } }
    const { row, findings } = await connections.update('acme', { members }, by)
    expect(findings.length).toBeGreaterThan(5)
    expect(row.settings).toMatchObject({
      scopes: ['okta.users.read'],
      assertion: { lifetimeSeconds: 300, additionalClaims: { tier: 2 } },
    })
    expect(await codeOf(client.request({ path: '/api/v1/groups' }))).toBe('scope_insufficient')
    const { row: back } = await connections.update(
      'acme',
      { members: { scopes: null, jwtExpirySeconds: null, jwtClaims: null } },
      by,
    )
    expect(back.settings).toMatchObject({ scopes: [...org.app.scopes].sort(), assertion: {} })
    await client.request({ path: '/api/v1/groups' })
  })

  test('of its key takes the old one out of the store, and no token of it is handed out again', async () => {
    const before = await connections.open('acme')
    const old = await before.tokens?.token()
    const key = await newKey(`second-${kind}`)
    clock.advance(5_000)
    const members = { key: key.privateJwk.reveal() }
    const { row } = await connections.update('acme', { members }, by)
    expect(row.settings.publicJwk?.kid).toBe(key.kid)
    expect(row.credential_since).toEqual(clock.now())
    const labels = await kept.store.db
      .selectFrom('secret')
      .select('label')
      .where('connection_id', '=', row.id)
      .execute()
    expect(labels).toEqual([{ label: key.kid }])
    const { tokens } = await connections.open('acme')
    expect((await tokens?.token())?.accessToken.reveal()).not.toBe(old?.accessToken.reveal())
    await before.org.request({ path: '/api/v1/groups' })
    expect(await audit()).toEqual({
      action: 'connection.update',
      outcome: 'ok',
      details: JSON.stringify({ fields: ['key'] }),
    })
  })

  test('is not judged by what the doctor finds of the credential before', async () => {
    const key = (await newKey(`third-${kind}`)).privateJwk.reveal()
    for (const members of [{ key }, { scopes: ['okta.users.read'] }]) {
      const looking = connections.examine('acme')
      await looking.next()
      const { row } = await connections.update('acme', { members }, by)
      clock.advance(1_000)
      for await (const _finding of looking);
      expect((await connections.get('acme')).doctor).toEqual(row.doctor)
    }
    for await (const _finding of connections.examine('acme'));
    expect((await connections.get('acme')).doctor?.at).toBe(clock.now().toISOString())
  })

  test('to a key that does not sign in changes nothing', async () => {
    const { privateJwk } = await generateKey({ alg: 'ES256', kid: 'nobody' })
    const members = { key: privateJwk.reveal() }
    const refused = connections.update('acme', { members }, by)
    expect(await codeOf(refused)).toBe('connection_unusable')
    expect(await connections.get('acme')).toMatchObject({ revision: 1 })
    expect(await audit()).toMatchObject({ outcome: 'connection_unusable' })
    const { org: client } = await connections.open('acme')
    await client.request({ path: '/api/v1/groups' })
  })

  test('to headers of the token request keeps their values sealed', async () => {
    const members = { headers: { 'x-tenant': 'canary-5f2e' } }
    const { row } = await connections.update('acme', { members }, by)
    expect(row.settings.headerNames).toEqual(['x-tenant'])
    expect(await kept.dump()).not.toContain('canary-5f2e')
    await connections.update('acme', { members: { headers: null } }, by)
    expect((await connections.get('acme')).settings.headerNames).toBeUndefined()
  })

  test('of several values at once is refused with all that is wrong', async () => {
    const members = { jwtExpirySeconds: 0, clientId: '', tokenUrl: 'https://evil.example/token' }
    await expect(connections.update('acme', { members }, by)).rejects.toMatchObject({
      problems: [
        { member: 'clientId' },
        { member: 'jwtExpirySeconds', code: 'assertion_lifetime' },
        { member: 'tokenUrl', code: 'token_url_not_org' },
      ],
    })
  })

  test('to the other kind of credential is refused', async () => {
    const members = { apiToken: org.adminToken }
    expect(await codeOf(connections.update('acme', { members }, by))).toBe('connection_kind')
  })

  test('that another process makes is seen within a second where the store is shared', async () => {
    if (kind === 'PGlite') return
    await other.open('acme')
    await connections.update('acme', { members: { description: 'new' } }, by)
    clock.advance(999)
    expect((await other.open('acme')).row.description).toBeNull()
    clock.advance(1)
    expect((await other.open('acme')).row.description).toBe('new')
  })

  test('that comes while another is under way is refused, and the faster one stays', async () => {
    const row = await connections.get('acme')
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    const slow = codeOf(connections.update('acme', { members: { jwtExpirySeconds: 60 } }, by))
    await connections.update('acme', { members: { description: 'faster' } }, by)
    resolve()
    expect(await slow).toBe('connection_changed')
    expect(await connections.get('acme')).toMatchObject({ id: row.id, description: 'faster' })
  })
})
