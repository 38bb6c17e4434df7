/** @module Access keys and feeds in the number that a large Postern has. */

import { sql } from 'kysely'
import { emptyReport } from '../../src/store/runs.ts'
import type { Store } from '../../src/store/store.ts'

/** How many there are of each. */
export const MANY = 10_000

const held = {
  code: 'x',
  message: 'x',
  remedy: 'x',
  missing: {},
  generation: 1,
  at: '2027-01-01T00:00:00Z',
}

/** Fills a store with access keys and feeds of `acme` and `north`: of each hundred, one of each kind that needs somebody, by its number. */
export async function fillLists({ db }: Store, at: Date): Promise<void> {
  const now = at.toISOString()
  await sql`
    insert into connection (id, name, org_url, kind, settings, credential_since, revision, created_at, updated_at)
    select name, name, 'https://' || name || '.okta.com', 'api-token', '{}'::jsonb,
      ${now}::timestamptz, 1, ${now}::timestamptz, ${now}::timestamptz
    from unnest(array['acme', 'north']) as name on conflict do nothing`.execute(db)
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
      case when n = 3 and i % 100 = 0 or n = 1 and i % 100 = 7 then 'failed' when n < 3 or i % 100 <> 4 then 'ok' end, ${JSON.stringify(emptyReport)}::jsonb
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
