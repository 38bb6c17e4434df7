/** @module A process that commits for as long as it lives, and says each number after its commit. For crash.test.ts. */

import { writeSync } from 'node:fs'
import { Secret } from '@postern/core'
import { appendAudit } from '../../src/store/audit.ts'
import { openStore } from '../../src/store/open.ts'

const [dataDir, first, database] = process.argv.slice(2)
if (dataDir === undefined || first === undefined) {
  throw new Error('Usage: commit-process.ts DATA-DIRECTORY FIRST [DATABASE]')
}
const store = await openStore({
  dataDir,
  ...(database === undefined ? {} : { database: new Secret(database) }),
})
for (let number = Number(first); ; number++) {
  await store.transaction(async () => {
    const row = { host: `${number}.example`, created_at: new Date() }
    await store.db.insertInto('domain').values(row).execute()
    await appendAudit(store, {
      ...{ actor: 'local', action: 'domain.allow', outcome: 'ok' },
      target: row.host,
    })
  })
  writeSync(1, `${number}\n`)
}
