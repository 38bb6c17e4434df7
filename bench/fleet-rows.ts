/**
 * @module The rows of a fleet: a connection for each org, its feeds, and one sink for all. Those whose orgs are there run once a
 * minute; the others have their next run waiting in the queue, for the first of January.
 */

import { generateKey, type InputName, parseOrgUrl } from '@postern/core'
import { sql } from 'kysely'
import type { Connection } from '../packages/postern/src/config/connection.ts'
import { sealCredential, settingsOf } from '../packages/postern/src/connections/credential.ts'
import { DUE_QUEUE } from '../packages/postern/src/feeds/schedule.ts'
import { Jobs } from '../packages/postern/src/jobs/jobs.ts'
import { openLog } from '../packages/postern/src/log.ts'
import type { Service } from '../packages/postern/src/service.ts'
import { insertSink } from '../packages/postern/src/store/sinks.ts'
import type { Store } from '../packages/postern/src/store/store.ts'

/** What {@link insertFleet} inserts. */
export interface FleetOptions {
  /** Of the orgs that are there. */
  readonly urls: readonly string[]
  /** Orgs, with those that are not there. */
  readonly kept: number
  /** What is read of each org. */
  readonly inputs: readonly InputName[]
  /** Where the files of JSON lines go. */
  readonly linesFolder: string
}

/** The inputs that are read of each org of a whole fleet. */
export const fleetInputs: readonly InputName[] = ['system-log', 'users', 'groups', 'apps']

const AT_ONCE = 200
const SINK = 'lines'

/** Keeps all of it. The orgs have a service app each, with one key for all: to make as many would take an hour. */
export async function insertFleet(
  { store, seal, clock }: Pick<Service, 'store' | 'seal' | 'clock'>,
  { urls, kept, inputs, linesFolder }: FleetOptions,
): Promise<void> {
  const now = clock.now()
  const due = new Date(Date.UTC(now.getUTCFullYear() + 1, 0))
  const scopes = fleetInputs.map(
    (input) => `okta.${input === 'system-log' ? 'logs' : input}.read` as const,
  )
  const credential: Connection['credential'] = {
    kind: 'service-app',
    clientId: '0oaTEST0000000000Tst',
    // TEST KEY, made for this run.
    key: await generateKey(),
    scopes,
  }
  const sink = { id: SINK, name: SINK, kind: 'jsonl', settings: { path: linesFolder } }
  await insertSink(store, sink, now)
  const urlOf = (index: number) => urls[index] ?? `https://org-${index}.okta.com`
  for (let first = 0; first < kept; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, kept - first)
    const ids = Array.from({ length }, (_, index) => `org-${first + index}`)
    const sealed = (await Promise.all(ids.map((id) => sealCredential(seal, id, credential)))).flat()
    await store.transaction(async () => {
      await store.db
        .insertInto('connection')
        .values(
          ids.map((id, index) => ({
            ...{ id, name: id, description: null },
            org_url: parseOrgUrl(urlOf(first + index), { dev: true }).org,
            ...{ kind: credential.kind, client_id: credential.clientId, credential_since: now },
            settings: JSON.stringify(settingsOf(credential)),
            ...{ doctor: null, rotation_interval_days: null, next_rotation_at: null },
            ...{ revision: 1, created_at: now, updated_at: now },
          })),
        )
        .execute()
      await store.db
        .insertInto('secret')
        .values(
          sealed.map(({ place, sealed: secret }) => ({
            ...{ connection_id: place.connectionId, kind: place.kind, label: place.label },
            ...{ key_version: secret.keyVersion, wrapped_key: secret.wrappedKey },
            ...{ sealed: secret.sealed, created_at: now },
          })),
        )
        .execute()
      const feeds = ids.flatMap((id, index) =>
        inputs.map((input) => ({
          ...{ id: `${id}-${input}`, connection_id: id, input },
          ...(first + index < urls.length
            ? { cron: '* * * * *', next_run_at: null }
            : { cron: '0 0 1 1 *', next_run_at: due }),
        })),
      )
      if (feeds.length === 0) return
      await store.db
        .insertInto('feed')
        .values(
          feeds.map((feed) => ({
            ...{ ...feed, name: feed.id, settings: '{}', timezone: 'UTC' },
            ...{ missed: 'run' as const, paused_at: null, held: null },
            ...{ revision: 1, created_at: now, updated_at: now },
          })),
        )
        .execute()
      await store.db
        .insertInto('feed_sink')
        .values(
          feeds.map(({ id }) => ({
            ...{ feed_id: id, sink_id: SINK, seq: 0, position: null, failures: 0 },
            ...{ failing_since: null, retry_at: null, error: null, confirmed_at: null },
          })),
        )
        .execute()
    })
  }
  await sendWaiting(store, due)
}

/** Sends what waits, as one job that is sent by the product, and copies of it. */
async function sendWaiting(store: Store, due: Date): Promise<void> {
  const waiting = store.db.selectFrom('feed').select('id').where('next_run_at', '=', due)
  const first = await waiting.orderBy('id').executeTakeFirst()
  if (first === undefined) return
  const jobs = new Jobs({ store, log: openLog({ level: 'warn' }) })
  await jobs.start([DUE_QUEUE])
  const data = { feedId: first.id, due: due.toISOString() }
  await jobs.send(DUE_QUEUE, data, { key: first.id, startAfter: due })
  await jobs.stop()
  await sql`
    insert into pgboss.job
    select (jsonb_populate_record(job, jsonb_build_object('id', gen_random_uuid(), 'singleton_key', feed.id,
      'data', jsonb_build_object('feedId', feed.id, 'due', job.data->'due')))).*
    from pgboss.job as job cross join feed
    where job.name = ${DUE_QUEUE} and feed.next_run_at = ${due}::timestamptz and feed.id <> ${first.id}`.execute(
    store.db,
  )
  await sql`analyze`.execute(store.db)
}
