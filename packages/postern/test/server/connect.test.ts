import { assignRoles, createApp, grantScopes, Org, Secret } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { openConnectDesk } from './connect-desk.ts'

describe.each(stores)('the Connect page on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = (options?: Parameters<typeof openConnectDesk>[1]) =>
    openConnectDesk({ store: kept.store, seal }, options)
  const sealedOf = (id: string) =>
    kept.store.db.selectFrom('secret').selectAll().where('connection_id', '=', id).execute()
  const auditOf = async (id: string) => {
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'outcome', 'target'])
      .orderBy('seq')
      .execute()
    const theirs = rows.filter((row) => row.target === id || row.actor.endsWith(id))
    return theirs.map(({ actor, action, outcome }) => [actor.replace(id, 'ID'), action, outcome])
  }

  test('a person whose values are right has a connection at the end, and the session is over', async () => {
    const { app, org, values, person } = await desk()
    const { id, name, ...they } = await person({ description: 'Directory', wants: 'read-only' })
    const { json } = await they.session()
    expect(json).toMatchObject({
      ...{ id, name, status: 'open', triesLeft: 10, methods: ['service-app', 'api-token'] },
      given: { description: 'Directory' },
      wants: expect.arrayContaining(['okta.users.read']),
      jwksUrl: `${app.url}/jwks/${name}.json`,
      draft: null,
      origin: null,
    })
    expect(json?.['fields']).toEqual(expect.arrayContaining(['orgUrl', 'key', 'apiToken']))
    for (const never of ['description', 'name', 'wants', 'keyDraft', 'rotationAdmin']) {
      expect(json?.['fields']).not.toContain(never)
    }
    const { lines } = await they.try(values, { headers: { accept: 'application/jsonl' } })
    expect(lines.filter((line) => 'event' in line).length).toBeGreaterThan(5)
    expect(lines.at(-1)).toMatchObject({
      result: {
        ...{ status: 'ok', kept: true, triesLeft: 10 },
        connection: { name, orgUrl: org.url, description: 'Directory' },
        session: { status: 'connected', draft: null },
      },
    })
    const after = await they.session()
    expect([after.status, after.json]).toMatchObject([
      410,
      { code: 'connect_session_ended', details: { status: 'connected' } },
    ])
    const made = await app.send('GET', `/v1/connect-sessions/${id}`)
    expect(made.json).toMatchObject({ status: 'connected', connection: name })
    expect(made.json?.['findings']).toContainEqual(expect.objectContaining({ check: 'token' }))
    const connected = await app.send('GET', `/v1/connections/${name}`)
    expect(connected.json).toMatchObject({ doctor: { status: 'ok' }, wants: expect.any(Array) })
    expect(await sealedOf(id)).toEqual([])
    expect(await auditOf(id)).toEqual([
      ['local', 'connect-session.add', 'ok'],
      ['connect-session:ID', 'connect-session.open', 'ok'],
      ['connect-session:ID', 'connection.connect', 'ok'],
      ['connect-session:ID', 'connect-session.try', 'ok'],
      ['connect-session:ID', 'connect-session.end', 'ok'],
    ])
    const { openOrg } = await reach(app.services, name)
    expect((await openOrg()).status).toBe(200)
  })

  test('an API token connects too, whatever was tried before it', async () => {
    const { org, values, person } = await desk()
    const they = await person()
    const wrong = await they.try({ ...values, clientId: '0oaWRONG000000000000' })
    expect(wrong.json).toMatchObject({ status: 'failed', session: { draft: { hasKey: true } } })
    const { json } = await they.try({ apiToken: org.adminToken })
    expect(json).toMatchObject({ status: 'ok', connection: { kind: 'api-token' } })
  })

  test('what does not work is not kept, and checked again without its key once it is mended', async () => {
    const { app, org, values, person } = await desk()
    const they = await person()
    const body = { ...values, keyId: org.app.key.kid, headers: { 'x-tenant': 'one' } }
    const { json } = await they.try({ ...body, clientId: '0oaWRONG000000000000' })
    expect(json).toMatchObject({
      ...{ status: 'failed', kept: false, triesLeft: 9, connection: null },
      findings: expect.arrayContaining([expect.objectContaining({ code: 'app_unknown' })]),
      session: {
        status: 'open',
        draft: {
          ...{ orgUrl: org.url, clientId: '0oaWRONG000000000000', keyId: org.app.key.kid },
          ...{ hasKey: true, hasApiToken: false, headerNames: ['x-tenant'] },
        },
      },
    })
    const [draft, row] = [JSON.stringify(json), JSON.stringify(await rowOf(they.id))]
    for (const text of [draft, row]) {
      expect(text).not.toContain(String(org.app.key['d']))
      expect(text).not.toContain('"one"')
    }
    const kinds = (await sealedOf(they.id)).map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual(['headers', 'private-key'])
    const mended = await they.try({ clientId: org.app.clientId })
    expect(mended.json).toMatchObject({ status: 'ok', kept: true })
    const connected = await app.send('GET', `/v1/connections/${they.name}`)
    expect(connected.json).toMatchObject({ headerNames: ['x-tenant'], kid: org.app.key.kid })
  })

  test('what can be used with problems is kept where the person says so', async () => {
    const { org, values, person } = await desk()
    const they = await person()
    const { json } = await they.try({ ...values, scopes: 'okta.users.read okta.apps.manage' })
    expect(json).toMatchObject({ status: 'warning', kept: false, triesLeft: 10 })
    const unchanged = await they.try({})
    expect(unchanged.json).toMatchObject({ status: 'warning', kept: false })
    const keptAnyway = await they.try({ keep: true })
    expect(keptAnyway.json).toMatchObject({
      ...{ status: 'warning', kept: true },
      connection: { name: they.name, clientId: org.app.clientId },
      session: { status: 'connected' },
    })
  })

  test('what cannot be used is not kept even where the person says so', async () => {
    const { values, person } = await desk()
    const they = await person()
    const { json } = await they.try({ ...values, clientId: '0oaWRONG000000000000', keep: true })
    expect(json).toMatchObject({ status: 'failed', kept: false })
  })

  test('an empty text takes back what was typed before', async () => {
    const { values, person } = await desk()
    const they = await person()
    await they.try({ ...values, jwtIssuer: 'somebody', description: 'Mine' })
    const { json } = await they.try({ jwtIssuer: '' })
    expect(json).toMatchObject({ status: 'ok', connection: { description: 'Mine' } })
  })

  test('values that cannot be used are told all at once, and count', async () => {
    const { person } = await desk()
    const they = await person()
    const { status, json } = await they.try({ orgUrl: 'acme.auth0.com', key: 'none', scopes: ' ' })
    expect([status, json?.['code']]).toEqual([422, 'connection_invalid'])
    expect(json?.['problems']).toMatchObject([
      { member: 'orgUrl', code: 'org_url_not_okta_domain', remedy: expect.any(String) },
      { member: 'clientId', code: 'client_id_empty' },
      { member: 'key', code: 'key_unrecognised' },
      { member: 'scopes', code: 'scope_empty' },
    ])
    expect((await they.session()).json).toMatchObject({ triesLeft: 9, draft: null })
  })

  test('what whoever made the link fixed stays so', async () => {
    const { org, values, person } = await desk()
    const fixed = { orgUrl: `${org.url}/`, clientId: org.app.clientId, scopes: 'okta.users.read' }
    const they = await person({ ...fixed, fields: ['key', 'apiToken'], methods: ['service-app'] })
    const { json } = await they.session()
    expect(json).toMatchObject({ given: { ...fixed, orgUrl: org.url }, fields: ['key'] })
    for (const [member, value] of [
      ['orgUrl', 'https://other.okta.com'],
      ['clientId', '0oaOTHER000000000000'],
      ['scopes', 'okta.users.read okta.users.manage'],
      ['description', 'Mine'],
      ['apiToken', org.adminToken],
      ['tokenUrl', `${org.url}/oauth2/default/v1/token`],
      ['wants', 'okta.users.read'],
      ['keyDraft', 'f5a2c0c2-30a3-4d5f-9fd9-4b27a2f0c5d1'],
      ['rotationAdmin', 'other'],
      ['rotationIntervalDays', 1],
    ] as const) {
      const refused = await they.try({ key: values['key'], [member]: value })
      expect([member, refused.status, refused.json]).toMatchObject([
        member,
        403,
        { code: 'connect_field_not_allowed', details: { member } },
      ])
    }
    expect((await they.session()).json).toMatchObject({ triesLeft: 10 })
    const same = { orgUrl: org.url, scopes: ['okta.users.read'], key: values['key'] }
    expect((await they.try(same)).json).toMatchObject({
      kept: true,
      connection: { clientId: org.app.clientId, scopes: ['okta.users.read'] },
    })
  })

  test('the org of a person is looked at before anything else is asked', async () => {
    const { org, person } = await desk()
    const they = await person()
    const look = (orgUrl: string) => they.send('POST', '/v1/connect/org', { body: { orgUrl } })
    expect((await look(`${org.url}/admin/dashboard`)).json).toEqual({
      orgUrl: org.url,
      warnings: expect.arrayContaining([{ code: expect.any(String), message: expect.any(String) }]),
      isOrg: true,
      offeredScopes: expect.arrayContaining(['okta.users.read']),
    })
    const wrong = await look('acme.auth0.com')
    expect([wrong.status, wrong.json?.['code']]).toEqual([422, 'org_url_not_okta_domain'])
    await org.close()
    expect((await look(org.url)).json).toMatchObject({
      ...{ isOrg: false, offeredScopes: [] },
      warnings: [{}, { code: expect.stringMatching(/^upstream_/) }],
    })
  })

  test('a name that is taken is told to whoever makes a link, and to the person who comes too late', async () => {
    const { app, values, make, person } = await desk()
    const late = await person()
    const meanwhile = { name: late.name, ...values }
    expect((await app.send('POST', '/v1/connections', { body: meanwhile })).status).toBe(201)
    const refused = await make({ name: late.name })
    expect([refused.answer.status, refused.answer.json?.['code']]).toEqual([
      409,
      'connection_exists',
    ])
    const { status, json } = await late.try(values)
    expect([status, json?.['code']]).toEqual([409, 'connection_exists'])
    expect((await app.send('GET', `/v1/connect-sessions/${late.id}`)).json).toMatchObject({
      status: 'open',
      triesLeft: 9,
      connection: null,
    })
  })

  test('a link ends as soon as there is a newer one of its name', async () => {
    const { app, person, make } = await desk()
    const they = await person()
    const newer = await make({ name: they.name })
    expect(newer.answer.status).toBe(201)
    const session = await they.session()
    expect([session.status, session.json?.['details']]).toEqual([410, { status: 'revoked' }])
    const { json } = await app.send('GET', `/v1/connect-sessions/${newer.id}`)
    expect(json).toMatchObject({ status: 'waiting' })
  })

  test('a person without an app is guided to one, whose key is made here', async () => {
    const { app, org, person } = await desk({ org: { edition: 'unlimited' } })
    const they = await person({ orgUrl: org.url, wants: 'okta.logs.read' })
    const send = (path: string, body: object) => they.send('POST', `/v1/connect/${path}`, { body })
    const early = await send('guide/check', { step: 'client-id' })
    expect([early.status, early.json?.['code']]).toEqual([404, 'setup_not_found'])
    const { json } = await send('guide', {})
    expect(json).toMatchObject({ orgUrl: org.url, clientId: null })
    const steps = json?.['steps'] as { id: string; values: { value: string }[] }[]
    const texts = steps.flatMap(({ values }) => values.map(({ value }) => value))
    const publicJwk = JSON.parse(texts.find((text) => text.includes('"kty"')) ?? '')
    expect(publicJwk).not.toHaveProperty('d')
    const { appId, clientId } = await makeApp(org, publicJwk)
    const todo = await send('guide/check', { step: 'client-id', clientId: '0oaWRONG000000000000' })
    expect(todo.json).toMatchObject({ status: 'todo', remedy: expect.any(String) })
    const done = await send('guide/check', { step: 'client-id', clientId })
    expect(done.json).toMatchObject({ status: 'done' })
    const failed = await send('guide/finish', {})
    expect(failed.json).toMatchObject({ status: 'failed', kept: false, triesLeft: 9 })
    await grantScopes(adminOf(org), appId, ['okta.logs.read'])
    await assignRoles(adminOf(org), clientId, [{ type: 'READ_ONLY_ADMIN' }])
    const finished = await they.send('POST', '/v1/connect/guide/finish', {
      headers: { accept: 'application/jsonl' },
      body: {},
    })
    expect(finished.lines.length).toBeGreaterThan(3)
    expect(finished.lines.at(-1)).toMatchObject({
      result: { kept: true, connection: { clientId, scopes: ['okta.logs.read'] } },
    })
    expect((await they.session()).status).toBe(410)
    const connected = await app.send('GET', `/v1/connections/${they.name}`)
    expect(connected.json).toMatchObject({ wants: ['okta.logs.read'] })
  })

  test('the guide is begun anew for another org, and not in the place of what a command began', async () => {
    const { app, org, person } = await desk()
    const they = await person()
    const guide = (orgUrl: string) => they.send('POST', '/v1/connect/guide', { body: { orgUrl } })
    expect((await guide('other.okta.com')).json).toMatchObject({ orgUrl: 'https://other.okta.com' })
    expect((await guide(org.url)).json).toMatchObject({ orgUrl: org.url })
    const other = await person()
    const plan = { name: other.name, orgUrl: 'other.okta.com' }
    await app.send('POST', '/v1/setup/plan', { body: plan })
    const refused = await other.send('POST', '/v1/connect/guide', { body: { orgUrl: org.url } })
    expect([refused.status, refused.json?.['code']]).toEqual([409, 'connect_guide_taken'])
  })

  test('the key of a guide that is left is kept for a week, and that of a command for as long as it wants', async () => {
    const { app, org, person } = await desk()
    const they = await person()
    await they.send('POST', '/v1/connect/guide', { body: { orgUrl: org.url } })
    const planned = { name: `planned-${they.name}`, orgUrl: org.url }
    await app.send('POST', '/v1/setup/plan', { body: planned })
    const setups = () =>
      kept.store.db
        .selectFrom('setup')
        .innerJoin('secret', 'secret.connection_id', 'setup.id')
        .select('name')
        .where('name', 'in', [they.name, planned.name])
        .execute()
    const { guidedSetups } = app.services
    app.clock.advance(7 * 86_400_000)
    await guidedSetups.removeAbandoned()
    expect(await setups()).toHaveLength(2)
    app.clock.advance(1)
    await guidedSetups.removeAbandoned()
    expect(await setups()).toEqual([{ name: planned.name }])
  })

  const rowOf = (id: string) =>
    kept.store.db.selectFrom('connect_session').selectAll().where('id', '=', id).execute()
})

async function reach(
  { connections }: Awaited<ReturnType<typeof openConnectDesk>>['app']['services'],
  name: string,
) {
  const { org } = await connections.open(name)
  return { openOrg: () => org.request({ path: '/api/v1/users?limit=1' }) }
}

function adminOf({ url, adminToken }: RunningOrg): Org {
  const credential = { kind: 'api-token', apiToken: new Secret(adminToken) } as const
  return new Org({ url, dev: true, credential })
}

async function makeApp(org: RunningOrg, publicJwk: Parameters<typeof createApp>[1]['publicJwk']) {
  const clientId = '0oaguided00000000001'
  const app = { label: 'By hand', publicJwk, dpopRequired: true }
  const { appId } = await createApp(adminOf(org), app, clientId)
  return { appId, clientId }
}
