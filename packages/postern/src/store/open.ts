/** @module Opens the store: on a PostgreSQL server where one is named, in the data directory otherwise. */

import type { Secret } from '@postern/core'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import type { Store } from './store.ts'

/** Where a store is. */
export interface StorePlace {
  readonly dataDir: string
  /** `postgres://…`, with its password. Absent: the store is in the data directory. */
  readonly database?: Secret | undefined
}

/** Opens the store of a place, makes it where there is none, and brings its tables to the newest version. */
export async function openStore({ dataDir, database }: StorePlace): Promise<Store> {
  return database === undefined ? openPglite(dataDir) : openPostgres(database)
}
