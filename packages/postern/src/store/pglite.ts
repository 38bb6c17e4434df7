/** @module The embedded store: PostgreSQL in this process, on a data directory. */

import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { migrate } from './migrate.ts'
import type { Schema } from './schema.ts'
import { Store } from './store.ts'
import { turnsOfEventLoop } from './turns.ts'

// int8, which would come as a number or a BigInt by its size.
const INT8 = 20

/** Opens the store of a data directory, and makes it where there is none. */
export async function openPglite(dataDir: string): Promise<Store> {
  const pglite = new PGlite({ dataDir: join(dataDir, 'store'), parsers: { [INT8]: Number } })
  await pglite.waitReady
  const root = new Kysely<Schema>({
    dialect: new PGliteDialect({ pglite }),
    plugins: [turnsOfEventLoop()],
  })
  await migrate(root)
  return new Store({ kind: 'pglite', root })
}
