import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { saveLastUses } from '../../src/store/connections.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ServedApp, serveApp } from './served-app.ts'

describe.each(stores)('the routes of connections on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let org: RunningOrg
  let app: ServedApp<'reader' | 'other'>
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
    org = await startOrg({ keyType: 'EC', users: 2 })
  })
  beforeEach(async () => {
    app = await serveApp({
      store: kept.store,
      services: { seal },
      keys: {
        reader: [{ connections: ['acme'], verbs: ['read'] }],
        other: [{ connections: ['elsewhere'], verbs: ['read', 'admin'] }],
      },
    })
  })
  afterAll(async () => {
    await org.close()
    await kept.close()
  })

  const acme = () => ({
    name: 'acme',
    description: 'Directory',
    orgUrl: org.url,
    clientId: org.app.clientId,
    key: JSON.stringify(org.app.key),
    scopes: org.app.scopes,
    jwtAlg: 'JWT_ALGORITHM_ES256',
    jwtExpirySeconds: 300,
    jwtClaims: { tier: 2 },
    headers: { 'X-Tenant': 'canary-9a01' },
    rotationIntervalDays: 90,
  })

  test('POST keeps a connection and answers what the doctor found', async () => {
    const answer = await app.send('POST', '/v1/connections', { body: acme() })
    expect(answer.status).toBe(201)
    expect(answer.json).toMatchObject({
      connection: {
        name: 'acme',
        description: 'Directory',
        orgUrl: org.url,
        kind: 'service-app',
        clientId: org.app.clientId,
        scopes: [...org.app.scopes].sort(),
        kid: org.app.key.kid,
        jwtAlg: 'ES256',
        jwtExpirySeconds: 300,
        jwtIssuer: org.app.clientId,
        jwtSubject: org.app.clientId,
        jwtAudience: 'token-url',
        jwtClaims: { tier: 2 },
        tokenUrl: `${org.url}/oauth2/v1/token`,
        assertionKey: 'client_assertion',
        grantType: 'client_credentials',
        clientAssertionType: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        headerNames: ['x-tenant'],
        dpop: 'auto',
        credentialAgeDays: 0,
        rotationIntervalDays: 90,
        doctor: { status: 'ok', problems: [] },
      },
    })
    expect(answer.text).not.toContain('canary-9a01')
    expect(answer.text).not.toContain(org.app.key['d'])
  })

  test('a JWK may be the object itself', async () => {
    const body = { ...acme(), name: 'object', key: org.app.key }
    const { status, json } = await app.send('POST', '/v1/connections', { body })
    expect(status).toBe(201)
    expect(json).toMatchObject({ connection: { kid: org.app.key.kid, doctor: { status: 'ok' } } })
    const half = { ...body, key: { kty: 'EC', d: { secret: 'canary-9a02' } } }
    const refused = await app.send('PATCH', '/v1/connections/object', { body: { key: half.key } })
    expect([refused.status, refused.text.includes('canary-9a02')]).toEqual([422, false])
    await app.send('DELETE', '/v1/connections/object')
  })

  test('GET shows what it is and which inputs it can run', async () => {
    const { json } = await app.send('GET', '/v1/connections/acme')
    expect(json?.['inputs']).toEqual([
      { name: 'users', title: 'Users', runs: true, missingScopes: [] },
      { name: 'groups', title: 'Groups', runs: true, missingScopes: [] },
      { name: 'group-members', title: 'Group members', runs: true, missingScopes: [] },
      { name: 'apps', title: 'Apps', runs: true, missingScopes: [] },
      { name: 'app-assignments', title: 'App assignments', runs: true, missingScopes: [] },
      { name: 'system-log', title: 'System Log', runs: true, missingScopes: [] },
    ])
  })

  test('PATCH changes what is given, and null takes the default again', async () => {
    const body = { scopes: 'okta.users.read', jwtExpirySeconds: null, rotationIntervalDays: null }
    const { status, json } = await app.send('PATCH', '/v1/connections/acme', { body })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      connection: { scopes: ['okta.users.read'], jwtExpirySeconds: 240, jwtClaims: { tier: 2 } },
    })
    const shown = (await app.send('GET', '/v1/connections/acme')).json
    expect(shown).not.toHaveProperty('rotationIntervalDays')
    expect(shown?.['inputs']).toContainEqual({
      name: 'system-log',
      title: 'System Log',
      runs: false,
      missingScopes: ['okta.logs.read'],
    })
  })

  test('POST …/doctor answers its findings, and tells them one by one where lines are asked for', async () => {
    const path = '/v1/connections/acme/doctor'
    const whole = await app.send('POST', path)
    expect(whole.json).toMatchObject({ status: 'ok' })
    const { lines } = await app.send('POST', path, { headers: { accept: 'application/jsonl' } })
    const events = lines.flatMap(({ event }) => (event === undefined ? [] : [event]))
    expect(events.length).toBeGreaterThan(5)
    expect(lines.at(-1)).toMatchObject({ result: { status: 'ok', findings: events } })
  })

  test('POST …/doctor looks for what is named this time, and keeps nothing of that', async () => {
    const body = { wants: 'access-management' }
    const { json } = await app.send('POST', '/v1/connections/acme/doctor', { body })
    expect(json?.['findings']).toContainEqual(
      expect.objectContaining({ code: 'scope_not_requested' }),
    )
    const { json: shown } = await app.send('GET', '/v1/connections/acme')
    expect(shown?.['doctor']).toMatchObject({ status: 'ok' })
    const wrong = { body: { wants: 'okta.nothing.*' } }
    const refused = await app.send('POST', '/v1/connections/acme/doctor', wrong)
    expect(refused.json?.['code']).toBe('scope_wildcard')
  })

  test('POST …/doctor proves as an administrator what is only likely without one', async () => {
    const boss = { name: 'boss', orgUrl: org.url, apiToken: org.adminToken }
    await app.send('POST', '/v1/connections', { body: boss })
    const problemsAs = async (body: Readonly<Record<string, string>>) => {
      const { json } = await app.send('POST', '/v1/connections/acme/doctor', { body })
      const findings = json?.['findings'] as { readonly code?: string; readonly status: string }[]
      return findings.flatMap(({ code, status }) => (status === 'failed' ? [code] : []))
    }
    org.faults.on('key-inactive')
    expect(await problemsAs({})).toEqual(['kid_refused'])
    expect(await problemsAs({ admin: 'boss' })).toEqual(['key_inactive'])
    expect(await problemsAs({ adminToken: org.adminToken })).toEqual(['key_inactive'])
    org.faults.off('key-inactive')
    const asReader = { key: app.keys.reader, body: { admin: 'boss' } }
    const hidden = await app.send('POST', '/v1/connections/acme/doctor', asReader)
    expect([hidden.status, hidden.json?.['code']]).toEqual([404, 'connection_not_found'])
    await app.send('POST', '/v1/connections/acme/doctor')
    await app.send('DELETE', '/v1/connections/boss')
  })

  test('what the doctor found last is shown', async () => {
    org.faults.on('admin-role-missing')
    const { json } = await app.send('POST', '/v1/connections/acme/doctor')
    org.faults.off('admin-role-missing')
    expect(json).toMatchObject({ status: 'failed' })
    const { json: shown } = await app.send('GET', '/v1/connections/acme')
    expect(shown?.['doctor']).toMatchObject({ status: 'failed', problems: ['role_missing'] })
  })

  test('its admin roles are told once somebody who may look was asked, and stay known until they change', async () => {
    const path = '/v1/connections/acme/doctor'
    const rolesOf = async () => (await app.send('GET', '/v1/connections/acme')).json?.['roles']
    await app.send('POST', path)
    expect(await rolesOf()).toBeUndefined()
    await app.send('POST', path, { body: { adminToken: org.adminToken } })
    const known = { names: ['Read-only Administrator'], at: app.clock.now().toISOString() }
    expect(await rolesOf()).toEqual(known)
    app.clock.advance(60_000)
    await app.send('POST', path)
    expect(await rolesOf()).toEqual(known)
    const listed = await app.send('GET', '/v1/connections?text=acme&limit=1')
    expect(listed.json?.['connections']).toMatchObject([{ roles: known }])
    await app.send('POST', '/v1/connections/acme/repair', {
      body: { finding: 'role_missing', roles: ['READ_ONLY_ADMIN'], adminToken: org.adminToken },
    })
    expect(await rolesOf()).toBeUndefined()
  })

  test('an app that may look at roles tells its own', async () => {
    const itself = await startOrg({
      ...{ keyType: 'EC', users: 2, role: 'SUPER_ADMIN' },
      scopes: ['okta.users.read', 'okta.roles.read'],
    })
    const { clientId, key, scopes } = itself.app
    const body = { name: 'itself', orgUrl: itself.url, clientId, key: JSON.stringify(key), scopes }
    const { json } = await app.send('POST', '/v1/connections', { body })
    await itself.close()
    expect(json?.['connection']).toMatchObject({ roles: { names: ['Super Administrator'] } })
  })

  test('the token that is held is told without anything of it, and when the connection was used last', async () => {
    const get = async () => await app.send('GET', '/v1/connections/acme')
    const before = (await get()).json
    expect(before).not.toHaveProperty('token')
    expect(before).not.toHaveProperty('lastUsedAt')
    const usedAt = app.clock.now().toISOString()
    const { json } = await app.send('POST', '/v1/connections/acme/token')
    const after = await get()
    expect(after.json).toMatchObject({
      token: {
        type: json?.['tokenType'],
        scopes: json?.['scopes'],
        expiresAt: json?.['expiresAt'],
      },
      lastUsedAt: usedAt,
    })
    expect(after.text).not.toContain(json?.['accessToken'])
    app.clock.advance(30_000)
    // Looking at it, and having it looked at, is no use of it.
    await app.send('POST', '/v1/connections/acme/doctor')
    expect((await get()).json).toMatchObject({ lastUsedAt: usedAt })
    const lastUse = async () => (await app.services.connections.get('acme')).last_used_at
    expect(await lastUse()).toBeNull()
    await app.services.connections.flushUses()
    expect((await lastUse())?.toISOString()).toBe(usedAt)
    // An older use that another process tells later changes nothing.
    const { id } = await app.services.connections.get('acme')
    await saveLastUses(kept.store, [{ id, at: new Date(0) }])
    expect((await lastUse())?.toISOString()).toBe(usedAt)
  })

  test('a caller sees the connections of its rules, and no other is there for it', async () => {
    const list = async (key: string) => (await app.send('GET', '/v1/connections', { key })).json
    expect(await list(app.keys.reader)).toMatchObject({ connections: [{ name: 'acme' }] })
    expect(await list(app.keys.other)).toEqual({ connections: [] })
    for (const name of ['acme', 'nothing']) {
      const { status, json } = await app.send('GET', `/v1/connections/${name}`, {
        key: app.keys.other,
      })
      expect([status, json?.['code']]).toEqual([404, 'connection_not_found'])
    }
  })

  test('every value that cannot be used is told at once, each with its member', async () => {
    const body = { ...acme(), name: 'Acme!', clientId: '', scopes: ['okta.nothing.*'], key: 'x' }
    const { status, json } = await app.send('POST', '/v1/connections', { body })
    expect(status).toBe(422)
    expect(json).toMatchObject({
      code: 'connection_invalid',
      problems: [
        { in: 'body', path: 'name', code: 'connection_name' },
        { path: 'clientId', code: 'client_id_empty' },
        { path: 'key', flag: '--key' },
        { path: 'scopes', code: 'scope_wildcard' },
      ],
    })
  })

  test.each(['key', 'keyDraft'])(
    '%s beside an API token is one problem that names both',
    async (member) => {
      const { json: draft } = await app.send('POST', '/v1/keys', { body: { alg: 'ES256' } })
      const { key, ...rest } = acme()
      const credentials = { [member]: member === 'key' ? key : draft?.['id'], apiToken: 'x' }
      const problems = [
        {
          path: 'apiToken',
          code: 'connection_two_credentials',
          message: `Both ${member} and apiToken are given, and a connection signs in with one of them.`,
        },
      ]
      const body = { ...rest, name: 'two', ...credentials }
      const sent = [
        await app.send('POST', '/v1/connections', { body }),
        await app.send('PATCH', '/v1/connections/acme', { body: credentials }),
      ]
      for (const { status, json } of sent) {
        expect([status, json?.['problems']]).toEqual([422, [expect.objectContaining(problems[0])]])
      }
    },
  )

  test('a member that there is not is refused', async () => {
    const body = { ...acme(), privateKey: 'x' }
    const { status, json } = await app.send('POST', '/v1/connections', { body })
    expect([status, json?.['code']]).toEqual([400, 'request_invalid'])
  })

  test('a connection that does not work is told in lines, and not kept', async () => {
    const body = { ...acme(), name: 'wrong', clientId: '0oaWRONG000000000000' }
    const headers = { accept: 'application/jsonl' }
    const { lines } = await app.send('POST', '/v1/connections', { body, headers })
    expect(lines.at(-1)).toMatchObject({ problem: { code: 'connection_unusable', status: 422 } })
    expect((await app.send('GET', '/v1/connections/wrong')).status).toBe(404)
    const forced = await app.send('POST', '/v1/connections', { body: { ...body, force: true } })
    expect(forced.status).toBe(201)
  })

  test('DELETE removes it, and says what stays at Okta', async () => {
    const { status, json } = await app.send('DELETE', '/v1/connections/acme')
    expect(status).toBe(200)
    expect(json?.['remains']).toContain(org.app.clientId)
    expect((await app.send('DELETE', '/v1/connections/acme')).status).toBe(404)
  })
})
