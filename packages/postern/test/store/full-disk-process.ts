/**
 * @module A process that mounts a small disk, commits to a store on it until there is no room for the journal, opens it anew
 * without and with room, and says how all that went. For full-disk.test.ts.
 */

import { execFileSync } from 'node:child_process'
import { sql } from 'kysely'
import { openPglite } from '../../src/store/pglite.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreError } from '../../src/store/store-error.ts'

const [dataDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('Usage: full-disk-process.ts EMPTY-FOLDER')
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', dataDir])
const full = await openPglite(dataDir)
const acknowledged: string[] = []
const refusals = new Set<string>()
// Several at a time: those that wait for their turn when there is no more room are not to wait for ever.
for (let round = 1; !full.lost.aborted; round++) {
  await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const host = `${name}${round}.example`
      const code = await codeOf(commit(full, host))
      if (code === 'ok') acknowledged.push(host)
      else refusals.add(code)
    }),
  )
}
const next = [
  await codeOf(full.db.selectFrom('domain').execute()),
  await codeOf(commit(full, 'no')),
]
await full.close()
const withoutRoom = await codeOf(openPglite(dataDir))
execFileSync('mount', ['-o', 'remount,size=200m', dataDir])
const store = await openPglite(dataDir)
const domains = await store.db.selectFrom('domain').select('host').execute()
const kept = new Set(domains.map(({ host }) => host))
await store.close()
process.stdout.write(
  JSON.stringify({
    acknowledged: acknowledged.length,
    refusals: [...refusals],
    next,
    withoutRoom,
    lost: acknowledged.filter((host) => !kept.has(host)),
  }),
)

/** A row, and a megabyte that is in the journal alone. */
function commit(store: Store, host: string): Promise<void> {
  return store.transaction(async () => {
    await store.db.insertInto('domain').values({ host, created_at: new Date() }).execute()
    await sql`select pg_logical_emit_message(true, '', repeat('x', 1000000))`.execute(store.db)
  })
}

function codeOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'ok',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  )
}
