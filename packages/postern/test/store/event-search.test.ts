/** @module How many events a search of the System Log looks at, whichever filters are given. */

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainStatement, hearStatements, rowsRead } from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { readTimeline } from '../../src/store/event-figures.ts'
import type { EventQuery } from '../../src/store/event-search.ts'
import { readEvents } from '../../src/store/read-events.ts'

const EVENTS = 12_000
const TYPES = 60
const connectionIds = ['c1']
const end = new Date('2026-11-30T12:00:00Z')

// One of sixty types is a third of all; half of the events are of nobody known; one target is everywhere, a hundred are seldom; one text is in three
// events.
const fill = sql`
  insert into records.event (connection_id, uuid, published, event_type, severity, outcome, actor_id,
    actor_login, client_ip, target_ids, raw)
  select 'c1', 'e' || i, ${end.toISOString()}::timestamptz - make_interval(secs => i * 10),
    'user.kind' || case when i % 3 = 0 then 0 else i % ${TYPES} end || '.x',
    'INFO', 'SUCCESS', case when i % 2 = 0 then 'unknown' else '00u' || i % 50 end,
    case when i % 2 = 0 then 'unknown' else 'person' || i % 50 end, '192.0.2.1',
    array['0oa1', 'target' || i % 100],
    json_build_object('uuid', 'e' || i, 'text', case when i % 4001 = 4000 then 'Needle' else 'hay' end)
  from generate_series(1, ${EVENTS}::integer) as i`
const count = sql`
  insert into records.event_count (connection_id, grain, at, event_type, total, failures)
  select connection_id, 'day', date_trunc('day', published, 'UTC'), event_type, count(*), 0
  from records.event group by 1, 2, 3, 4`

describe.each(stores)('a search on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
    for (const statement of [fill, count]) await statement.execute(opened.store.db)
    // As in use: a server looks at its tables by itself, an embedded store never does.
    if (opened.store.kind === 'postgres') await sql`analyze records.event`.execute(opened.store.db)
  })
  afterAll(() => opened.close())

  const most = async (read: () => Promise<unknown>) => {
    const statements = await hearStatements(opened.store, read)
    const counts = statements.map(async (statement) =>
      rowsRead(await explainStatement(opened.store, statement), 'event'),
    )
    return Math.max(...(await Promise.all(counts)))
  }
  // The row behind the last one of each key is seen too.
  const SEEN = TYPES + 1

  test.each<readonly [Partial<EventQuery>, number]>([
    [{}, 200],
    [{ eventType: 'user.' }, 3_000],
    [{ eventType: 'user.', text: 'stands nowhere' }, 1_000],
    [{ eventType: 'user.', outcome: 'NONE' }, 3_000],
    [{ eventType: 'user.', severity: 'INFO', text: 'stands nowhere', to: end }, 1_000],
    [{ eventType: 'user.', target: '0oa1' }, 3_000],
    [{ eventType: 'user.kind0.x', text: 'stands nowhere' }, 1_000],
    [{ actor: 'unknown' }, 500],
    [{ actor: 'unknown', outcome: 'NONE' }, 3_000],
    [{ actor: 'unknown', eventType: 'user.', text: 'stands nowhere' }, 1_000],
    [{ outcome: 'SUCCESS', text: 'stands nowhere' }, 1_000],
    [{ outcome: 'NONE', text: 'stands nowhere' }, 1_000],
    [{ severity: 'NONE', ip: '192.0.2.1' }, 3_000],
    [{ ip: '192.0.2.1', text: 'stands nowhere' }, 1_000],
    [{ target: '0oa1', text: 'stands nowhere' }, 1_000],
    [{ target: 'target77', text: 'stands nowhere' }, 500],
  ])('a page of %j looks at %i events at most', async (query, expected) => {
    const read = () => readEvents(opened.store, { connectionIds, ...query }, { limit: 100 })
    expect(await most(read)).toBeLessThanOrEqual(expected + SEEN)
  })

  test.each<readonly [Partial<EventQuery>, number]>([
    [{ eventType: 'user.', outcome: 'SUCCESS' }, 10_000],
    [{ actor: 'unknown', severity: 'INFO' }, 10_000],
    [{ target: 'target77', eventType: 'user.kind0.x' }, 500],
    [{ severity: 'NONE', text: 'stands nowhere' }, 2_000],
    [{ eventType: 'user.', text: 'stands nowhere' }, 2_000],
  ])('a timeline of %j looks at %i events at most', async (query, expected) => {
    const span = { from: new Date(end.getTime() - 86_400_000), to: end, binSeconds: 60 }
    const read = () => readTimeline(opened.store, { connectionIds, ...query }, span)
    expect(await most(read)).toBeLessThanOrEqual(expected + SEEN)
  })

  test.each<readonly [Partial<EventQuery>, pages: number, sql: ReturnType<typeof sql>]>([
    [{ eventType: 'user.', text: 'needle' }, 40, sql`raw::text like '%Needle%'`],
    [{ eventType: 'user.', actor: 'person7' }, 10, sql`actor_login = 'person7'`],
    [{ eventType: 'user.kind1', actor: 'unknown' }, 10, sql`false`],
    [{ eventType: 'user.kind4.' }, 10, sql`event_type = 'user.kind4.x'`],
    [
      { actor: 'unknown', text: 'needle' },
      20,
      sql`raw::text like '%Needle%' and actor_id = 'unknown'`,
    ],
  ])(
    'the pages of %j find every one, once, and are no more than %i',
    async (query, pages, where) => {
      const { rows } = await sql<{ uuid: string }>`select uuid from records.event where ${where}
      order by published desc`.execute(opened.store.db)
      const found: string[] = []
      let cursor: string | undefined
      let asked = 0
      do {
        const page = await readEvents(
          opened.store,
          { connectionIds, ...query },
          { limit: 100, cursor },
        )
        found.push(...page.rows.map(({ uuid }) => uuid))
        cursor = page.cursor
        asked++
      } while (cursor !== undefined)
      expect(found).toEqual(rows.map(({ uuid }) => uuid))
      expect(asked).toBeLessThanOrEqual(pages)
    },
  )
})
