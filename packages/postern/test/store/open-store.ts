/** @module A process that opens the store of a data directory, closes it, and says how that went. For pglite.test.ts. */

import { openPglite } from '../../src/store/pglite.ts'
import { StoreError } from '../../src/store/store-error.ts'

const [dataDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('Usage: open-store.ts DATA-DIRECTORY')
try {
  await (await openPglite(dataDir)).close()
  process.stdout.write('opened\n')
} catch (error) {
  if (!(error instanceof StoreError)) throw error
  process.stdout.write(`${error.code} ${error.details['pid']}\n`)
}
