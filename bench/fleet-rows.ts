/** @module The rows of a fleet: a connection for each org, four feeds of it with one schedule, and one sink for all. */

import { generateKey, type InputName, parseOrgUrl } from '@postern/core'
import type { Connection } from '../packages/postern/src/config/connection.ts'
import { sealCredential, settingsOf } from '../packages/postern/src/connections/credential.ts'
import type { Service } from '../packages/postern/src/service.ts'
import { insertSink } from '../packages/postern/src/store/sinks.ts'

/** What {@link insertFleet} inserts. */
export interface FleetOptions {
  /** Of the orgs. */
  readonly urls: readonly string[]
  readonly cron: string
  /** Where the files of JSON lines go. */
  readonly linesFolder: string
}

/** The inputs that are read of each org. */
export const fleetInputs: readonly InputName[] = ['system-log', 'users', 'groups', 'apps']

const AT_ONCE = 200
const SINK = 'lines'

/** Keeps all of it. The orgs have a service app each, with one key for all: to make as many would take an hour. */
export async function insertFleet(
  { store, seal, clock }: Pick<Service, 'store' | 'seal' | 'clock'>,
  { urls, cron, linesFolder }: FleetOptions,
): Promise<void> {
  const now = clock.now()
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
  for (let first = 0; first < urls.length; first += AT_ONCE) {
    const ids = urls.slice(first, first + AT_ONCE).map((_, index) => `org-${first + index}`)
    const sealed = (await Promise.all(ids.map((id) => sealCredential(seal, id, credential)))).flat()
    await store.transaction(async () => {
      await store.db
        .insertInto('connection')
        .values(
          ids.map((id, index) => ({
            ...{ id, name: id, description: null },
            org_url: parseOrgUrl(urls[first + index] ?? '', { dev: true }).org,
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
      const feeds = ids.flatMap((id) =>
        fleetInputs.map((input) => ({ id: `${id}-${input}`, connection_id: id, input })),
      )
      await store.db
        .insertInto('feed')
        .values(
          feeds.map((feed) => ({
            ...{ ...feed, name: feed.id, settings: '{}', cron, timezone: 'UTC' },
            ...{ missed: 'run' as const, paused_at: null, next_run_at: null, held: null },
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
}
