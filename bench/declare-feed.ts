/** @module The rows of a feed into JSON lines, with no API and no schedule. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { InputName } from '@postern/core'
import { insertConnection } from '../packages/postern/src/store/connections.ts'
import { insertSink } from '../packages/postern/src/store/sinks.ts'
import type { Store } from '../packages/postern/src/store/store.ts'

/** Keeps a feed of an org's input, under the input's name. @param folder - gets its files. */
export async function declareFeed(
  store: Store,
  input: InputName,
  org: { readonly url: string; readonly folder: string },
): Promise<void> {
  const now = new Date()
  const id = input
  const path = join(org.folder, id)
  mkdirSync(path)
  const connection = { id, name: id, orgUrl: org.url, kind: 'api-token', settings: {} } as const
  await insertConnection(store, connection, now)
  await insertSink(store, { id, name: id, kind: 'jsonl', settings: { path } }, now)
  await store.db
    .insertInto('feed')
    .values({
      ...{
        id,
        name: id,
        connection_id: id,
        input,
        settings: '{"verify":false}',
        cron: null,
      },
      ...{ timezone: 'UTC', missed: 'run', paused_at: null, next_run_at: null, held: null },
      ...{ revision: 1, created_at: now, updated_at: now },
    })
    .execute()
  await store.db
    .insertInto('feed_sink')
    .values({
      ...{ feed_id: id, sink_id: id, seq: 0, position: null, failures: 0, failing_since: null },
      ...{ retry_at: null, error: null, confirmed_at: null },
    })
    .execute()
}
