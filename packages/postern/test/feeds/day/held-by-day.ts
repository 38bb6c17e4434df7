/** @module What the sinks of the day hold, read a little at a time. */

import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

const ROWS = 2_000

/** The lines in the files of a feed. */
export async function* linesOf(folder: string, feed: string): AsyncGenerator<{ text: string }> {
  const files = await readdir(path.join(folder, feed))
  for (const file of files.filter((name) => name.endsWith('.jsonl')).toSorted()) {
    const input = createReadStream(path.join(folder, feed, file))
    for await (const text of createInterface({ input })) yield { text }
  }
}

/** The events in a table. */
export async function* eventsIn(url: string): AsyncGenerator<{ text: string; seq: number }> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('begin')
    await client.query(
      'declare held cursor for select json::text as text, batch_seq::int as seq from okta.events',
    )
    for (;;) {
      const { rows } = await client.query<{ text: string; seq: number }>(`fetch ${ROWS} from held`)
      if (rows.length === 0) return
      yield* rows
    }
  } finally {
    await client.end()
  }
}

/** The objects of a kind in their table: their texts by their ids. */
export async function objectsIn(
  url: string,
  table: 'users' | 'groups' | 'group_members',
): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const id = table === 'group_members' ? "group_id || '/' || user_id" : 'id'
    const { rows } = await client.query<{ id: string; text: string }>(
      `select ${id} as id, json::text as text from okta.${table}`,
    )
    return new Map(rows.map((row) => [row.id, row.text]))
  } finally {
    await client.end()
  }
}
