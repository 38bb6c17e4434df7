/** @module Whether what was acknowledged outlives a power cut: what the database is set to, and what was tried. */

import { sql } from 'kysely'
import type { Store } from './store.ts'

/** How durable a store is. */
export interface Durability {
  /** `each-commit`: a commit is acknowledged when it is on the disk. `relaxed`: a setting lets it be lost. `unknown`: the database does not say. */
  readonly mode: 'each-commit' | 'relaxed' | 'unknown'
  /** In one sentence. */
  readonly note: string
}

const NOTES = {
  pglite: 'Each commit reaches the disk before it is acknowledged; nobody has cut the power yet.',
  postgres: 'The server brings each commit to the disk before it is acknowledged.',
  relaxed: 'The server is set to acknowledge commits that are not on the disk yet.',
  unknown: 'The database does not say whether commits are on the disk.',
} as const

/** Asks the database for its settings. */
export async function readDurability({ db, kind }: Store): Promise<Durability> {
  const { rows } = await sql<{ fsync: string | null; commit: string | null }>`
    select current_setting('fsync', true) as fsync,
      current_setting('synchronous_commit', true) as commit`.execute(db)
  const [settings] = rows
  if (!settings?.fsync || !settings.commit) {
    return { mode: 'unknown', note: NOTES.unknown }
  }
  if (settings.fsync === 'off' || settings.commit === 'off') {
    return { mode: 'relaxed', note: NOTES.relaxed }
  }
  return { mode: 'each-commit', note: NOTES[kind] }
}
