import { guideToServiceApp } from '@postern/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appChanges, appState } from '../../../../test/app-changes.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { deleteFeed, insertFeed, listFeedsOfConnection } from '../../src/store/feeds.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, codeOf } from './kept.ts'
import { openSetupDesk, registerByHand, type SetupDesk } from './set-up.ts'

const once = ['app created', 'grant created', 'role created']

describe.each(stores)('a setup kept on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = () => openSetupDesk({ kept, seal })
  const requestOf = ({ name, running, adminToken }: SetupDesk) => ({
    name,
    orgUrl: running.url,
    bundle: 'system-log',
    adminToken,
  })
  const made = ({ running }: SetupDesk) =>
    appChanges(running)
      .filter((change) => change.endsWith('created'))
      .toSorted()
  const rowsOf = async (name: string) => {
    const { db } = kept.store
    const setup = await db.selectFrom('setup').selectAll().where('name', '=', name).execute()
    const ids = [...setup.map(({ id }) => id), '']
    const secrets = await db
      .selectFrom('secret')
      .select(['kind', 'connection_id'])
      .where('connection_id', 'in', ids)
      .execute()
    return { setups: setup.length, secrets: secrets.length }
  }
  const addFeed = async ({ name, connections, clock }: SetupDesk) => {
    const feed = { id: `feed-${name}`, name: `log-${name}`, input: 'system-log', settings: {} }
    const connectionId = (await connections.get(name)).id
    const times = { cron: undefined, timezone: 'UTC', missed: 'skip', pausedAt: undefined } as const
    await insertFeed(kept.store, { ...feed, ...times, connectionId }, clock.now())
    return { connectionId, feed: feed.name }
  }
  const auditOf = async (name: string) => {
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['action', 'outcome'])
      .where('connection', '=', name)
      .orderBy('seq')
      .execute()
    return rows.map(({ action, outcome }) => `${action} ${outcome}`)
  }

  test('ends as a connection that works by its name', async () => {
    const acme = await desk()
    const steps: string[] = []
    const { row, proof } = await acme.setups.apply(
      { ...requestOf(acme), description: 'Log', rotationIntervalDays: 30 },
      by,
      { onProgress: (progress) => steps.push(progress.event) },
    )
    expect(row).toMatchObject({
      name: acme.name,
      description: 'Log',
      org_url: acme.running.url,
      settings: { scopes: ['okta.logs.read'], dpopRequired: true },
      doctor: { status: 'ok' },
      rotation_interval_days: 30,
    })
    expect(proof).toMatchObject({ tokenType: 'DPoP', read: { path: '/api/v1/logs', records: 1 } })
    expect(steps).toContain('done')
    const { org } = await acme.connections.open(acme.name)
    await org.request({ path: '/api/v1/logs', query: { limit: 1 } })
    expect(made(acme)).toEqual(once)
    expect(await auditOf(acme.name)).toEqual(['setup.apply ok'])
    expect((await acme.setups.get(acme.name)).state.app?.clientId).toBe(row.client_id)
  })

  test('run again after its end, proves it again and changes nothing', async () => {
    const acme = await desk()
    const first = await acme.setups.apply(requestOf(acme), by)
    const again = await acme.setups.apply({ name: acme.name, adminToken: acme.adminToken }, by)
    expect(again.row).toEqual(first.row)
    expect(made(acme)).toEqual(once)
  })

  test('stopped after any request, it goes on and makes nothing twice', async () => {
    const whole = await desk()
    let total = 0
    const counting = await whole.another({ onAnswer: () => total++ })
    await counting.setups.apply(requestOf(whole), by)
    expect(total).toBeGreaterThan(8)
    for (let stopAfter = 1; stopAfter < total; stopAfter += 2) {
      const acme = await desk()
      const dying = await acme.another({ stopAfter })
      await expect(dying.setups.apply(requestOf(acme), by)).rejects.toThrow()
      expect(await codeOf(acme.connections.get(acme.name))).toBe('connection_not_found')
      await acme.setups.apply(requestOf(acme), by)
      expect([stopAfter, made(acme)]).toEqual([stopAfter, once])
      await (await acme.connections.open(acme.name)).org.request({ path: '/api/v1/logs' })
    }
  }, 60_000)

  test('stopped anywhere and taken back, it leaves the org as it was and nothing in the store', async () => {
    for (const stopAfter of [2, 6, 9, undefined]) {
      const acme = await desk()
      const before = appState(acme.running)
      const dying = await acme.another(stopAfter === undefined ? {} : { stopAfter })
      await dying.setups.apply(requestOf(acme), by).catch(() => undefined)
      const { name, adminToken } = acme
      const { id } = (await kept.store.db
        .selectFrom('setup')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirst()) ?? { id: '' }
      await acme.setups.undo({ name, adminToken }, by)
      expect([stopAfter, appState(acme.running)]).toEqual([stopAfter, before])
      expect(await rowsOf(name)).toEqual({ setups: 0, secrets: 0 })
      expect(await kept.dump()).not.toContain(`"${id}"`)
      expect(await codeOf(acme.connections.get(name))).toBe('connection_not_found')
      expect((await auditOf(name)).at(-1)).toBe('setup.undo ok')
    }
  })

  test('is not taken back while feeds read over its connection: the app stays too', async () => {
    const acme = await desk()
    await acme.setups.apply(requestOf(acme), by)
    await addFeed(acme)
    const before = appState(acme.running)
    const { name, adminToken } = acme
    expect(await codeOf(acme.setups.undo({ name, adminToken }, by))).toBe('connection_in_use')
    expect(appState(acme.running)).toEqual(before)
    await (await acme.connections.open(name)).org.request({ path: '/api/v1/logs' })
    expect((await auditOf(name)).at(-1)).toBe('setup.undo connection_in_use')
  })

  test('taken back at Okta alone, makes no room for another one while feeds read over its connection', async () => {
    const acme = await desk()
    await acme.setups.apply(requestOf(acme), by)
    const { connectionId, feed } = await addFeed(acme)
    // A feed that is added behind the look, and before the end.
    const undoneAt = JSON.stringify(acme.clock.now())
    await sql`
      update setup set state = jsonb_set(state, '{state,undoneAt}', ${undoneAt}::jsonb)
      where id = ${connectionId}`.execute(kept.store.db)
    expect(await codeOf(acme.setups.plan(requestOf(acme), by))).toBe('connection_in_use')
    expect((await acme.connections.get(acme.name)).id).toBe(connectionId)
    expect(await listFeedsOfConnection(kept.store, connectionId)).toEqual([feed])
    await deleteFeed(kept.store, `feed-${acme.name}`)
    await acme.connections.open(acme.name)
    await acme.setups.plan(requestOf(acme), by)
    expect(await codeOf(acme.connections.open(acme.name))).toBe('connection_not_found')
  })

  test('is planned without a call, with a key whose private half is sealed at once', async () => {
    const acme = await desk()
    const seq = acme.running.org.ledger.size
    const { adminToken: _token, ...request } = requestOf(acme)
    const { plan } = await acme.setups.plan(request, by)
    expect(plan.publicJwk.kty).toBe('RSA')
    expect(acme.running.org.ledger.size).toBe(seq)
    expect(await rowsOf(acme.name)).toEqual({ setups: 1, secrets: 1 })
    const again = await acme.setups.plan({ name: acme.name }, by)
    expect(again.plan).toEqual(plan)
    const { row } = await acme.setups.apply(requestOf(acme), by)
    expect(row).toMatchObject({ client_id: plan.clientId, settings: { publicJwk: plan.publicJwk } })
  })

  test('is gone on with by the same plan and by no other', async () => {
    const acme = await desk()
    await acme.setups.plan(requestOf(acme), by)
    const other = { ...requestOf(acme), bundle: 'access-management' }
    expect(await codeOf(acme.setups.apply(other, by))).toBe('usage_invalid')
    expect(made(acme)).toEqual([])
  })

  test('needs somebody who may make the app, and says so', async () => {
    const acme = await desk()
    const { adminToken: _token, ...request } = requestOf(acme)
    expect(await codeOf(acme.setups.apply(request, by))).toBe('admin_missing')
    expect((await auditOf(acme.name)).at(-1)).toBe('setup.apply admin_missing')
  })

  test('is carried out by another connection that may', async () => {
    const acme = await desk()
    const { name, running, adminToken } = acme
    const values = { orgUrl: running.url, apiToken: adminToken }
    await acme.connections.connect({ name: `${name}-admin`, values }, by)
    const { adminToken: _token, ...request } = requestOf(acme)
    await acme.setups.apply({ ...request, admin: `${name}-admin` }, by)
    await acme.setups.undo({ name, admin: `${name}-admin` }, by)
    expect(await codeOf(acme.connections.get(name))).toBe('connection_not_found')
  })

  test('is one at a time under a name, and not under that of another connection', async () => {
    const acme = await desk()
    const outcomes = await Promise.all([
      codeOf(acme.setups.apply(requestOf(acme), by)),
      codeOf((await acme.another()).setups.apply(requestOf(acme), by)),
    ])
    expect(outcomes.toSorted()).toEqual(['resolved', 'setup_busy'])
    expect(made(acme)).toEqual(once)
    const other = await desk()
    const values = { orgUrl: other.running.url, apiToken: other.adminToken }
    await other.connections.connect({ name: other.name, values }, by)
    expect(await codeOf(other.setups.apply(requestOf(other), by))).toBe('connection_exists')
    expect(made(other)).toEqual([])
  })

  test('keeps neither the API token nor a private key in the open', async () => {
    const acme = await desk()
    await acme.setups.apply(requestOf(acme), by)
    const dump = await kept.dump()
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
      const text = Buffer.from(acme.running.adminToken).toString(encoding)
      expect(dump).not.toContain(text.slice(0, 30))
    }
    expect(dump).not.toMatch(/"(?:d|dp|dq|qi)":/)
  })

  test('that a person does in the Admin Console is looked at step by step, and ends as a connection', async () => {
    const acme = await desk()
    const { adminToken, ...request } = requestOf(acme)
    const { steps, state } = await acme.guided.begin(request, by)
    expect(steps.map(({ id }) => id)).toEqual(
      guideToServiceApp({ ...state.plan, label: '' }).map(({ id }) => id),
    )
    // The person's part, as another setup would do it.
    const person = await acme.another()
    const clientId = await registerByHand(acme, state.plan.publicJwk)
    const answers: string[] = []
    for (const { id, asks } of steps) {
      const given = asks?.field === 'clientId' ? { clientId } : {}
      const outcome = await person.guided.check({ name: acme.name, step: id, ...given }, by)
      answers.push(outcome.status)
    }
    expect(answers).toContain('done')
    expect(answers).not.toContain('todo')
    const { row } = await person.guided.finish({ name: acme.name }, by)
    expect(row).toMatchObject({ client_id: clientId, kind: 'service-app' })
    await (await acme.connections.open(acme.name)).org.request({ path: '/api/v1/logs' })
    const undone = acme.setups.undo({ name: acme.name, adminToken }, by)
    expect(await codeOf(undone)).toBe('setup_guided')
  })

  test('that another tool carried out by the plan is proven and kept', async () => {
    const acme = await desk()
    const { adminToken, ...request } = requestOf(acme)
    const { plan } = await acme.setups.plan(request, by)
    expect(await codeOf(acme.guided.finish({ name: acme.name }, by))).not.toBe('resolved')
    await registerByHand(acme, plan.publicJwk, plan.clientId)
    const { row } = await acme.guided.finish({ name: acme.name }, by)
    expect(row.client_id).toBe(plan.clientId)
    expect(adminToken).toBeDefined()
  })

  test('that a person began and gave up is removed without asking the org', async () => {
    const acme = await desk()
    const { adminToken: _token, ...request } = requestOf(acme)
    const { steps } = await acme.guided.begin(request, by)
    await acme.guided.check({ name: acme.name, step: steps[1]?.id ?? '', skip: true }, by)
    expect((await acme.setups.get(acme.name)).state.done).toEqual([`guide ${steps[1]?.id}`])
    await acme.setups.undo({ name: acme.name }, by)
    expect(await rowsOf(acme.name)).toEqual({ setups: 0, secrets: 0 })
    expect(await codeOf(acme.setups.undo({ name: acme.name }, by))).toBe('setup_not_found')
  })
})
