/** @module Lists of ten thousand access keys and feeds: told a page at a time, found by what people look for, by the indexes that are for it. */

import { CompiledQuery, type KyselyPlugin, type RootOperationNode, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { listAccessKeyPage } from '../../src/store/list-access-keys.ts'
import { listFeeds } from '../../src/store/list-feeds.ts'
import { emptyReport } from '../../src/store/runs.ts'
import type { Store } from '../../src/store/store.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const MANY = 10_000
const held = {
  code: 'x',
  message: 'x',
  remedy: 'x',
  missing: {},
  generation: 1,
  at: '2027-01-01T00:00:00Z',
}
const now = new TestClock().now().toISOString()

describe.each(stores)('ten thousand of a kind on $name', ({ open }) => {
  let opened: TestStore
  let app: ServedApp<'acmeAdmin' | 'acmeReader'>
  beforeAll(async () => {
    opened = await open()
    await fill(opened.store)
  })
  afterAll(() => opened.close())

  const serve = async () => {
    app = await serveApp({
      store: opened.store,
      keys: {
        acmeAdmin: [{ connections: ['acme'], verbs: ['admin'] }],
        acmeReader: [{ connections: ['acme'], verbs: ['read'] }],
      },
    })
    return async (path: string, key?: string) =>
      (await app.send('GET', path, key === undefined ? {} : { key })).json ?? {}
  }
  const namesOf = (rows: unknown) => (rows as { name: string }[]).map(({ name }) => name)

  test('access keys are told a page at a time, the newest first, each of them once', async () => {
    const ask = await serve()
    const seen = new Set<string>()
    let after = ''
    for (let page = 0; page < 12; page++) {
      const told = await ask(`/v1/access-keys?text=robot&limit=1000${after}`)
      for (const name of namesOf(told['accessKeys'])) seen.add(name)
      if (page === 0) {
        expect(namesOf(told['accessKeys']).slice(0, 2)).toEqual(['robot 10000', 'robot 9999'])
        expect(told['counts']).toEqual({ live: 9_700, ending: 100, expired: 100, revoked: 100 })
      }
      if (told['next'] === undefined) break
      after = `&after=${told['next']}`
    }
    expect(seen.size).toBe(MANY)
  })

  test('access keys are found by a part of the name, the id and how they are', async () => {
    const ask = await serve()
    const found = async (query: string, key?: string) =>
      namesOf((await ask(`/v1/access-keys?limit=10&${query}`, key))['accessKeys'])
    expect(await found('text=ROBOT 777')).toEqual([
      ...['robot 7779', 'robot 7778', 'robot 7777', 'robot 7776', 'robot 7775', 'robot 7774'],
      ...['robot 7773', 'robot 7772', 'robot 7771', 'robot 7770'],
    ])
    expect(await found(`text=${idOf(77)}`)).toEqual(['robot 77'])
    expect((await found('state=revoked')).slice(0, 2)).toEqual(['robot 10000', 'robot 9900'])
    expect((await found('state=expired')).slice(0, 2)).toEqual(['robot 9901', 'robot 9801'])
    expect((await found('state=ending')).slice(0, 2)).toEqual(['robot 9902', 'robot 9802'])
    expect(await found('text=100%25')).toEqual([])
    // Half of them are about another connection too.
    expect((await found('text=robot', app.keys.acmeAdmin)).slice(0, 2)).toEqual([
      'robot 10000',
      'robot 9998',
    ])
    expect(namesOf((await ask('/v1/access-keys?text=robot 1'))['accessKeys']).slice(0, 2)).toEqual([
      'robot 1',
      'robot 10',
    ])
  })

  test('feeds are told a page at a time by name, found by what they are of and how they are, and counted', async () => {
    const ask = await serve()
    const first = await ask('/v1/feeds?limit=100&counts=true')
    expect(namesOf(first['feeds']).slice(0, 2)).toEqual(['feed-1', 'feed-10'])
    expect(first['counts']).toEqual({
      ...{ failed: 200, held: 100, paused: 100, running: 100, incomplete: 200, ok: 9_300 },
    })
    const next = await ask(`/v1/feeds?limit=100&after=${first['next']}`)
    expect(namesOf(next['feeds'])).not.toContain(namesOf(first['feeds']).at(-1))
    const found = async (query: string, key?: string) =>
      namesOf((await ask(`/v1/feeds?limit=3&${query}`, key))['feeds'])
    expect(await found('state=failed')).toEqual(['feed-1', 'feed-100', 'feed-1000'])
    expect(await found('state=held,paused')).toEqual(['feed-1002', 'feed-1003', 'feed-102'])
    expect(await found('state=running')).toEqual(['feed-1004', 'feed-104', 'feed-1104'])
    expect(await found('state=incomplete')).toEqual(['feed-1005', 'feed-1006', 'feed-105'])
    expect(await found('text=FEED-777')).toEqual(['feed-777', 'feed-7770', 'feed-7771'])
    expect(await found('connection=north')).toEqual(['feed-1', 'feed-1001', 'feed-1003'])
    expect(await found('text=feed-1', app.keys.acmeReader)).toEqual([
      ...['feed-10', 'feed-100', 'feed-1000'],
    ])
    const refused = await app.send('GET', '/v1/feeds?state=broken')
    expect([refused.status, refused.json?.['code']]).toEqual([400, 'request_invalid'])
  })

  test('a page goes by an index, and not by all the rows in another order', async () => {
    const clock = new TestClock()
    const keys = await planOf(opened.store, (store) =>
      listAccessKeyPage(store, { limit: 101 }, clock.now()),
    )
    expect(keys).toContain('access_key_created')
    expect(keys).not.toContain('Sort')
    const feeds = await planOf(opened.store, (store) =>
      listFeeds(store, { after: 'feed-5', limit: 101 }),
    )
    expect(feeds).toContain('feed_name_key')
    expect(feeds).not.toContain('Sort')
  })
})

/** How the database goes about a query. */
async function planOf(store: Store, ask: (store: Store) => Promise<unknown>): Promise<string> {
  let asked: RootOperationNode | undefined
  const listening: KyselyPlugin = {
    transformQuery: ({ node }) => {
      asked = node
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const db = store.db.withPlugin(listening)
  await ask(Object.create(store, { db: { value: db } }))
  if (asked === undefined) throw new Error('Nothing was asked.')
  const { sql: text, parameters } = store.db
    .getExecutor()
    .compileQuery(asked, { queryId: 'plan' } as never)
  const { rows } = await store.db.executeQuery<Record<string, string>>(
    CompiledQuery.raw(`explain ${text}`, [...parameters]),
  )
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

function idOf(index: number): string {
  return index.toString(16).padStart(16, '0')
}

/** Of each hundred one of a kind that needs somebody, by its number. */
async function fill({ db }: Store): Promise<void> {
  await sql`
    insert into connection (id, name, org_url, kind, settings, credential_since, revision, created_at, updated_at)
    select name, name, 'https://' || name || '.okta.com', 'api-token', '{}'::jsonb,
      ${now}::timestamptz, 1, ${now}::timestamptz, ${now}::timestamptz
    from unnest(array['acme', 'north']) as name`.execute(db)
  await sql`
    insert into access_key (id, name, secret_hash, rules, expires_at, revoked_at, created_at)
    select lpad(to_hex(i), 16, '0'), 'robot ' || i, ''::bytea, jsonb_build_array(jsonb_build_object(
        'verbs', '["read"]'::jsonb, 'connections',
        case when i % 2 = 0 then '["acme"]'::jsonb else '["acme", "north"]'::jsonb end)),
      ${now}::timestamptz + case i % 100 when 1 then interval '-1 day' when 2 then interval '1 day' end,
      case when i % 100 = 0 then ${now}::timestamptz end,
      ${now}::timestamptz - make_interval(secs => ${MANY}::integer - i)
    from generate_series(1, ${MANY}::integer) as i`.execute(db)
  await sql`
    insert into feed (id, name, connection_id, input, settings, cron, timezone, missed, paused_at, held,
      revision, created_at, updated_at)
    select 'f' || i, 'feed-' || i, case when i % 2 = 0 then 'acme' else 'north' end, 'system-log',
      '{}'::jsonb, '*/5 * * * *', 'UTC', 'run', case when i % 100 = 3 then ${now}::timestamptz end,
      case when i % 100 = 2 then ${JSON.stringify(held)}::jsonb end, 1, ${now}::timestamptz, ${now}::timestamptz
    from generate_series(1, ${MANY}::integer) as i`.execute(db)
  await sql`
    insert into feed_sink (feed_id, sink_id, seq, failures, failing_since)
    select 'f' || i, 'sink', 0, 0, case when i % 100 = 1 then ${now}::timestamptz end
    from generate_series(1, ${MANY}::integer) as i`.execute(db)
  await sql`
    insert into run (id, feed_id, trigger, epoch, started_at, ended_at, outcome, report)
    select 'r' || i || '-' || n, 'f' || i, 'schedule', n,
      ${now}::timestamptz - make_interval(mins => 10 - n), ${now}::timestamptz,
      case when n = 3 and i % 100 = 0 then 'failed' when n < 3 or i % 100 <> 4 then 'ok' end, ${JSON.stringify(emptyReport)}::jsonb
    from generate_series(1, ${MANY}::integer) as i, generate_series(1, 3) as n`.execute(db)
  await sql`
    insert into lease (name, holder, until) select 'feed:f' || i, 'somebody', now() + interval '1 hour'
    from generate_series(4, ${MANY}::integer, 100) as i`.execute(db)
  await sql`
    insert into gap (id, feed_id, to_at, reason, created_at)
    select 'g' || i, 'f' || i, ${now}::timestamptz, 'none', ${now}::timestamptz
    from generate_series(5, ${MANY}::integer, 100) as i`.execute(db)
  await sql`
    insert into dead_letter (feed_id, sink_id, seq, index, record, code, reason, created_at)
    select 'f' || i, 'sink', 1, 0, ''::bytea, 'sink_rejected', 'none', ${now}::timestamptz
    from generate_series(6, ${MANY}::integer, 100) as i`.execute(db)
  await sql`analyze`.execute(db)
}
