/** @module What the console shows beside events: figures of feeds, rate limits, the store, and lists of connections and of the audit log. */

import { type RunningOrg, startOrg } from '@postern/emulator'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { appendAudit } from '../../src/store/audit.ts'
import { readConnection, saveDoctorResult } from '../../src/store/connections.ts'
import { insertFeed } from '../../src/store/feeds.ts'
import { beginRun, emptyReport, endRun } from '../../src/store/runs.ts'
import { keepConnection } from './kept-events.ts'
import { serveApp } from './served-app.ts'

describe.each(stores)('on $name', ({ open }) => {
  let opened: TestStore
  let org: RunningOrg
  let id: string
  let seal: Awaited<ReturnType<typeof openTestSeal>>
  beforeAll(async () => {
    opened = await open()
    org = await startOrg()
    seal = await openTestSeal(opened.store)
    id = await keepConnection(opened.store, 'acme')
    for (const name of ['b_1', 'b%2', 'beta', 'other']) await keepConnection(opened.store, name)
  })
  afterAll(async () => {
    await org.close()
    await opened.close()
  })

  const serve = () =>
    serveApp({
      store: opened.store,
      services: { seal },
      keys: {
        some: [{ connections: ['acme', 'beta', 'gone'], verbs: ['read', 'admin'] }],
        other: [{ connections: ['other'], verbs: ['read', 'admin'] }],
      },
    })

  test('connections are listed a page at a time, by what people look for', async () => {
    const { send, keys } = await serve()
    const names = async (query: Readonly<Record<string, string>>, key?: string) => {
      const path = `/v1/connections?${new URLSearchParams(query)}`
      const { json } = await send('GET', path, key === undefined ? {} : { key })
      const list = json?.['connections'] as readonly { readonly name: string }[]
      return [...list.map(({ name }) => name), ...(json?.['next'] ? [`> ${json['next']}`] : [])]
    }
    const at = '2026-11-30T11:00:00.000Z'
    const row = (await readConnection(opened.store, id)) ?? expect.fail('It is gone.')
    await saveDoctorResult(opened.store, row, { status: 'failed', at, problems: [] })
    expect(await names({})).toEqual(expect.arrayContaining(['acme', 'b%2', 'b_1', 'beta']))
    expect(await names({ limit: '1' }, keys.some)).toEqual(['acme', '> acme'])
    expect(await names({ limit: '2' }, keys.some)).toEqual(['acme', 'beta'])
    expect(await names({ limit: '2', after: 'beta' }, keys.some)).toEqual([])
    expect(await names({ limit: '1', after: 'other' }, keys.other)).toEqual([])
    expect(await names({ text: 'B_' })).toEqual(['b_1'])
    expect(await names({ text: '%' })).toEqual(['b%2'])
    expect(await names({ text: "'; --" })).toEqual([])
    expect(await names({ state: 'failed' })).toEqual(['acme'])
    expect(await names({ state: 'failed' }, keys.other)).toEqual([])
    expect(await names({ state: 'unknown', text: 'et' })).toEqual(['beta'])
    expect((await send('GET', '/v1/connections?state=none')).status).toBe(400)
    const counts = async (query: string) =>
      (await send('GET', `/v1/connections?${query}`, { key: keys.some })).json?.['counts']
    expect(await counts('limit=1')).toEqual({ ok: 0, warning: 0, failed: 1, unknown: 1 })
    expect(await counts('limit=1&state=failed&text=et')).toMatchObject({ failed: 0, unknown: 1 })
    expect(await counts('state=failed')).toBeUndefined()
  })

  test('the audit log is looked through by how it came out, and by prefixes that are no patterns', async () => {
    const { send, keys } = await serve()
    const row = { actor: 'x', action: 'figure_.make', connection: 'acme', outcome: 'ok' }
    await appendAudit(opened.store, [
      row,
      { ...row, outcome: 'access_denied' },
      { ...row, action: 'figures.make', target: 't1' },
    ])
    const found = async (query: Readonly<Record<string, string>>, key = keys.some) => {
      const path = `/v1/audit?${new URLSearchParams({ actor: 'x', ...query })}`
      const rows = (await send('GET', path, { key })).json?.['rows'] as readonly {
        readonly action: string
        readonly outcome: string
      }[]
      return rows.map(({ action, outcome }) => `${action} ${outcome}`)
    }
    expect(await found({ outcome: 'refused' })).toEqual(['figure_.make access_denied'])
    expect(await found({ outcome: 'access_denied' })).toEqual(['figure_.make access_denied'])
    expect(await found({ outcome: 'ok', action: 'figure_.' })).toEqual(['figure_.make ok'])
    expect(await found({ action: '%.' })).toEqual([])
    expect(await found({ target: 't1' })).toEqual(['figures.make ok'])
    expect(await found({ since: '9999-12-31T23:00:00-12:00' })).toEqual([])
    expect(await found({ until: '0000-01-01T00:00:00Z' })).toEqual([])
    expect(await found({ outcome: 'refused' }, keys.other)).toEqual([])
  })

  test('a feed is told in figures over time', async () => {
    const { send, keys } = await serve()
    const { store } = opened
    const feed = {
      ...{ id: 'f1', name: 'log', connectionId: id, input: 'system-log', settings: {} },
      ...{ cron: undefined, timezone: 'UTC', missed: 'skip', sinks: [] },
    } as unknown as Parameters<typeof insertFeed>[1]
    await insertFeed(store, feed, new Date())
    for (const [index, minute] of [0, 1, 30].entries()) {
      const at = new Date(Date.parse('2026-11-30T10:00:00Z') + minute * 60_000)
      const run = { id: `r${index}`, feedId: 'f1', trigger: 'request', epoch: index } as const
      await beginRun(store, run, at)
      const report = { ...emptyReport, records: 100 * index }
      const outcome = index === 2 ? 'failed' : 'ok'
      await endRun(store, run.id, { outcome, report }, at)
    }
    await sql`insert into ledger (feed_id, seq, ids, first_published, last_published, created_at)
      values ('f1', 1, ''::bytea, null, '2026-11-30T10:30:00Z', '2026-11-30T10:30:07.5Z'),
        ('f1', 2, ''::bytea, null, null, '2026-11-30T10:45:00Z')`.execute(store.db)
    const query = 'from=2026-11-30T11:00:00%2B01:00&to=2026-11-30T11:00:00Z&bins=2'
    const { json } = await send('GET', `/v1/feeds/log/figures?${query}`, { key: keys.some })
    expect(json).toEqual({
      ...{ from: '2026-11-30T10:00:00.000Z', to: '2026-11-30T11:00:00.000Z', binSeconds: 1_800 },
      bins: [
        { at: '2026-11-30T10:00:00.000Z', records: 100, runs: 2, failed: 0 },
        { at: '2026-11-30T10:30:00.000Z', records: 200, runs: 1, failed: 1, lagSeconds: 7.5 },
      ],
    })
    const hidden = await send('GET', `/v1/feeds/log/figures?${query}`, { key: keys.other })
    expect(hidden.json).toMatchObject({ code: 'feed_not_found' })
    const backwards = await send('GET', '/v1/feeds/log/figures?from=2999-01-01T00:00:00Z')
    expect(backwards.json).toMatchObject({ code: 'request_invalid' })
  })

  test('rate limits are told as this process used them, in steps of ten seconds for an hour', async () => {
    const { send, clock } = await serve()
    const { clientId, key } = org.app
    const body = { name: 'live', orgUrl: org.url, clientId, key: JSON.stringify(key), force: true }
    expect((await send('POST', '/v1/connections', { body })).status).toBe(201)
    const rates = async (name: string) =>
      (await send('GET', `/v1/connections/${name}/rate-limits`)).json?.['buckets'] as readonly {
        readonly bucket: string
        readonly limit: number
        readonly history: readonly { readonly at: string; readonly used: number }[]
      }[]
    expect(await rates('acme')).toEqual([])
    const ask = async () => {
      const asked = { path: '/api/v1/groups', query: { limit: '1' } }
      const answer = await send('POST', '/v1/connections/live/request', { body: asked })
      expect(answer.status).toBe(200)
    }
    const groups = async () =>
      (await rates('live')).find(({ bucket }) => bucket === '/api/v1/groups')
    await ask()
    await ask()
    clock.advance(20_000)
    await ask()
    const used = await groups()
    expect(used).toMatchObject({ limit: expect.any(Number), waiting: 0, refusals: 0 })
    // The org's window may end between two requests: how many are counted in it is not said here.
    expect(used?.history.length).toBeGreaterThanOrEqual(2)
    expect(used?.history.every((step) => step.used >= 1)).toBe(true)
    expect(used?.history.every(({ at }) => /[0-5]0\.000Z$/.test(at))).toBe(true)
    clock.advance(3_585_000)
    expect((await groups())?.history).toHaveLength(1)
  })

  test('the store says what it is, and when it was backed up', async () => {
    const { send, keys, clock } = await serve()
    const before = await send('GET', '/v1/store')
    expect(before.json).toMatchObject({
      kind: opened.store.kind,
      durability: { mode: expect.any(String) },
      masterKey: { status: 'unlocked', versions: [{ version: 1 }] },
      migrations: expect.arrayContaining(['0001-first', '0003-records']),
    })
    expect(before.json).not.toHaveProperty('backup')
    const tables = before.json?.['tables'] as readonly { name: string; bytes: number }[]
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['audit', 'connection', 'records.event']),
    )
    expect(tables.every(({ bytes }) => bytes >= 0)).toBe(true)
    expect((await send('GET', '/v1/backup')).status).toBe(200)
    clock.advance(90_000)
    const after = await send('GET', '/v1/store')
    expect(after.json?.['backup']).toMatchObject({ ageSeconds: 90 })
    expect((await send('GET', '/v1/store', { key: keys.some })).status).toBe(403)
  })
})
