/** @module A process that rotates the master key of a store, retires the old one, and is killed after a step. */

import { Secret } from '@postern/core'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openStore } from '../../src/store/open.ts'
import { retireMasterKeys } from '../../src/store/retire-master-key.ts'
import { rotateMasterKey } from '../../src/store/rotate-master-key.ts'
import { openSeal } from '../../src/store/seal.ts'
import { findUnopened, secretPlaces } from './seeded-secrets.ts'

/** What the process is told, as JSON in its only argument. */
export interface MasterKeyTask {
  readonly dataDir: string
  readonly database?: string
  readonly keyFile: string
  /** How many secrets there are; each has to open before anything is done. */
  readonly secrets: number
  /** Kills itself when it has done so many steps; absent: it ends by itself. */
  readonly dieAfter?: number
}

const { dataDir, database, keyFile, secrets, dieAfter }: MasterKeyTask = JSON.parse(
  process.argv[2] ?? '',
)
const by = { actor: 'local' }
let steps = 0
const onStep = (step: { readonly step: string }) => {
  // Told before it dies: it has to be written by then.
  process.stdout.write(`${step.step}\n`)
  if (++steps === dieAfter) process.kill(process.pid, 'SIGKILL')
}

const store = await openStore({
  dataDir,
  ...(database !== undefined && { database: new Secret(database) }),
})
const seal = await openSeal(store, { source: masterKeyFromFile(keyFile) })
const unopened = await findUnopened(store, seal, secretPlaces(secrets))
if (unopened.length > 0) throw new Error(unopened.join('\n'))
await rotateMasterKey(store, seal, by, { batchSize: 2, onStep })
await retireMasterKeys(store, seal, by, { onStep })
await store.close()
