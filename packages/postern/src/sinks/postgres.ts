/**
 * @module Tables of a PostgreSQL server: the events of the System Log, and how users, groups, apps, memberships and assignments are.
 *
 * Each row has Okta's own text in its column `json`, unchanged, and what people query by in columns of their own. The org is
 * part of every key, so that several orgs go into one schema. The row of an object that is gone is removed: a table is what
 * the org has. What was removed and when is told by the System Log, and by sinks that keep every change.
 */

import { z } from 'zod'
import { spelled } from '../config/spelled.ts'
import type { PostgresSink } from './postgres/postgres-sink.ts'
import type { SinkContext, SinkKind } from './sink.ts'

// PostgreSQL cuts names at 63 bytes; those of indexes have the name of a table and a column behind the prefix.
const name = /^[a-z_][a-z0-9_]{0,62}$/
const prefix = /^(?:[a-z_][a-z0-9_]{0,23})?$/

const settings = z.strictObject({
  schema: spelled(name, 'Write lower-case letters, digits and _; 63 at most.')
    .default('okta')
    .describe('The schema of the tables. It is made where it is missing.'),
  tablePrefix: spelled(prefix, 'Write lower-case letters, digits and _; 24 at most.')
    .default('')
    .describe('What the names of the tables begin with.'),
})

/** Tables that always are what the org is. */
export const postgres: SinkKind<typeof settings> = {
  name: 'postgres',
  title: 'PostgreSQL',
  summary: 'Keeps events, users, groups, apps and assignments in tables, each record once.',
  guarantee: 'effectively-once',
  settings,
  secrets: {
    url: { required: true, summary: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE' },
  },
  open: openSink,
  check: async (context, signal) => {
    const sink = await openSink(context)
    try {
      signal?.throwIfAborted()
      await sink.prove()
    } finally {
      await sink.close()
    }
  },
}

async function openSink({
  settings: { schema, tablePrefix },
  secrets: { url },
}: SinkContext<z.output<typeof settings>>): Promise<PostgresSink> {
  // The driver is loaded by who has such a sink.
  const { PostgresSink } = await import('./postgres/postgres-sink.ts')
  return new PostgresSink(url, { schema, prefix: tablePrefix })
}
