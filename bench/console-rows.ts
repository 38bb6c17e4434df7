/** @module What an operator of a large Postern has: a million events of one org, 100,000 rows of the audit log, 10,000 connections. */

import { sql } from 'kysely'
import type { Store } from '../packages/postern/src/store/store.ts'

/** How much there is. */
export interface Amounts {
  readonly events: number
  readonly auditRows: number
  readonly connections: number
}

const STEP = 100_000

/** Fills an empty store, with statements of the database: through the sink it would take an hour. */
export async function fillConsole(store: Store, amounts: Amounts, now: Date): Promise<void> {
  await withoutIndexes(store, async () => {
    for (let from = 1; from <= amounts.events; from += STEP) {
      const to = Math.min(amounts.events, from + STEP - 1)
      await insertEvents(store, { from, to, all: amounts.events, now })
      process.stderr.write(`\r${to} events`)
    }
  })
  process.stderr.write('\n')
  await sql`insert into records.event_count (connection_id, grain, at, event_type, total, failures)
    select connection_id, grain, date_trunc(grain, published, 'UTC'),
      case when part = 'all' then '' else event_type end, count(*),
      count(*) filter (where outcome in ('FAILURE', 'DENY'))
    from records.event cross join (values ('hour'), ('day')) as grains(grain)
      cross join (values ('all'), ('type')) as parts(part)
    group by 1, 2, 3, 4`.execute(store.db)
  await insertAudit(store, amounts.auditRows, now)
  await insertConnections(store, amounts.connections, now)
  await insertRuns(store, now)
  await sql`analyze`.execute(store.db)
}

async function withoutIndexes({ db }: Store, work: () => Promise<void>): Promise<void> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'records' and tablename = 'event' and indexname <> 'event_pk'`.execute(db)
  for (const { name } of rows) await sql`drop index records.${sql.ref(name)}`.execute(db)
  await work()
  for (const { definition } of rows) await sql.raw(definition).execute(db)
}

/** Ninety days. A fifth of it is one bot's; types, people and apps are as uneven as those of an org. */
async function insertEvents(
  { db }: Store,
  { from, to, all, now }: { from: number; to: number; all: number; now: Date },
): Promise<void> {
  await sql`
    insert into records.event (connection_id, uuid, published, event_type, severity, outcome, actor_id,
      actor_login, client_ip, session_id, transaction_id, target_ids, raw)
    select 'c0', md5('e' || i)::uuid::text,
      ${now.toISOString()}::timestamptz - make_interval(secs => i * (7776000.0 / ${all}::float8)),
      'kind' || (t % 8) || '.area' || (t % 20) || '.deed' || t,
      case when h % 1000 = 0 then 'ERROR' when h % 20 = 0 then 'WARN' else 'INFO' end,
      case when h % 25 = 0 then 'FAILURE' when h % 200 = 1 then 'DENY' else 'SUCCESS' end,
      '00u' || a, 'person' || a || '@acme.example', '192.0.' || (a % 100) || '.' || (h % 200),
      'session' || (i / 5), 'request' || (i / 2), array['00u' || (h % 5000), '0oa' || (h % 30)],
      json_build_object('uuid', md5('e' || i)::uuid, 'displayMessage', 'Deed ' || t,
        'actor', json_build_object('id', '00u' || a, 'displayName', 'Person ' || a),
        'debugContext', repeat(md5(i::text), 24))
    from (
      select i, hash as h, (79 * power((hash % 9973) / 9973.0, 4))::integer as t,
        case when hash % 5 = 0 then 0 else (4999 * power((hash % 7919) / 7919.0, 2))::integer end as a
      from generate_series(${from}::integer, ${to}::integer) as i,
        lateral (select abs(hashint4(i)::bigint) as hash) as hashed
    ) as made`.execute(db)
}

async function insertAudit({ db }: Store, rows: number, now: Date): Promise<void> {
  await sql`
    insert into audit (seq, at, actor, action, connection, target, outcome, request_id, details,
      previous_hash, hash)
    select 1000 + i, ${now.toISOString()}::timestamptz - make_interval(secs => (${rows}::integer - i) * 60),
      'access-key:' || (h % 50),
      case when h % 10 < 6 then 'records.read' when h % 10 < 9 then 'token.issue'
        when h % 100 = 9 then 'connection.rotate' else 'feed.run' end,
      'connection-' || (h % 1000), null, case when h % 30 = 0 then 'access_denied' else 'ok' end,
      md5(i::text)::uuid::text, '{}', ''::bytea, ''::bytea
    from generate_series(1, ${rows}::integer) as i,
      lateral (select abs(hashint4(i)::bigint) as h) as hashed`.execute(db)
}

/** As many runs as are kept, and a batch for each of three minutes. */
async function insertRuns({ db }: Store, now: Date): Promise<void> {
  await sql`
    insert into run (id, feed_id, trigger, epoch, started_at, ended_at, outcome, report)
    select 'run' || i, 'feed', 'schedule', i, at, at, 'ok', '{"records":100}'::jsonb
    from generate_series(1, 1000) as i,
      lateral (select ${now.toISOString()}::timestamptz - make_interval(mins => i * 43) as at) as times`.execute(
    db,
  )
  await sql`
    insert into ledger (feed_id, seq, ids, first_published, last_published, created_at)
    select 'feed', i, ''::bytea, at, at, at + interval '5 seconds' from generate_series(1, 15000) as i,
      lateral (select ${now.toISOString()}::timestamptz - make_interval(mins => i * 3) as at) as times`.execute(
    db,
  )
}

async function insertConnections({ db }: Store, rows: number, now: Date): Promise<void> {
  await sql`
    insert into connection (id, name, description, org_url, kind, client_id, settings, credential_since,
      doctor, rotation_interval_days, next_rotation_at, revision, created_at, updated_at)
    select 'c' || i, 'connection-' || i, 'Org ' || i, 'https://org' || i || '.okta.com',
      'service-app', '0oa' || i, '{"scopes":["okta.users.read","okta.logs.read"]}'::jsonb, ${now.toISOString()}::timestamptz,
      jsonb_build_object('at', ${now.toISOString()}::text, 'status',
        case when i % 100 = 0 then 'failed' else 'ok' end, 'problems', '[]'::jsonb),
      90, ${now.toISOString()}::timestamptz, 1, ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
    from generate_series(0, ${rows}::integer - 1) as i`.execute(db)
}
