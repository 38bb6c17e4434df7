/** @module A store that had events before they could be looked through. */

import { Secret } from '@postern/core'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newDatabase } from '../../../../test/stores.ts'
import { eventSearch } from '../../src/store/migrations/0008-event-search.ts'
import { openStore } from '../../src/store/open.ts'
import { readEvents } from '../../src/store/read-events.ts'

test('events that were there before are found by session and request, and counted', async () => {
  const database = await newDatabase()
  const store = await openStore({ dataDir: '', database: new Secret(database.url) })
  try {
    await sql`drop table records.event_count`.execute(store.db)
    for (const index of ['client_ip', 'outcome', 'severity'])
      await sql`drop index records.${sql.ref(`event_${index}`)}`.execute(store.db)
    await sql`alter table records.event drop column session_id, drop column transaction_id`.execute(
      store.db,
    )
    const raws = [
      '{"authenticationContext" : {"externalSessionId": "s1"}, "transaction":{"type":"WEB","id":"t1","detail":{}}}',
      '{"a":"\\u0000\\ud800","authenticationContext":{"externalSessionId":"unknown"},"transaction":{"id":"t2"}}',
      '{"transaction":null,"target":[{"id":"t1"}]}',
    ]
    for (const [index, raw] of raws.entries())
      await sql`insert into records.event (connection_id, uuid, published, event_type, outcome, target_ids, raw)
        values ('c1', ${`e${index}`}, '2026-11-30T10:30:00Z', 'user.x', 'DENY', '{}', ${raw}::json)`.execute(
        store.db,
      )
    await eventSearch.up(store.db)
    const { rows } = await readEvents(store, { connectionIds: ['c1'] }, { limit: 9 })
    expect(rows.map(({ sessionId, transactionId }) => [sessionId, transactionId])).toEqual([
      [null, null],
      [null, 't2'],
      ['s1', 't1'],
    ])
    const counted = await sql<{ kept: string }>`
      select grain || ' ' || event_type || ' ' || total || ' ' || failures as kept
      from records.event_count order by 1`.execute(store.db)
    expect(counted.rows.map(({ kept }) => kept)).toEqual([
      ...['day  3 3', 'day user.x 3 3', 'hour  3 3', 'hour user.x 3 3'],
    ])
  } finally {
    await store.close()
    await database.drop()
  }
})
