/** @module A process that sets up a connection or rotates its key, and dies by SIGKILL after one of its steps. */

import { Secret, systemClock } from '@postern/core'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { Connections } from '../../src/connections/connections.ts'
import { Rotations } from '../../src/connections/rotations.ts'
import { Setups } from '../../src/connections/setups.ts'
import { openOrgTransports } from '../../src/http/org-transport.ts'
import { openStore } from '../../src/store/open.ts'
import { openSeal } from '../../src/store/seal.ts'

/** What the process is to do; its only argument, as JSON. */
export interface SetupTask {
  readonly dataDir: string
  readonly database?: string
  readonly keyFile: string
  readonly orgUrl: string
  readonly adminToken: string
  readonly name: string
  readonly work: 'setup' | 'rotate' | 'roll-back'
  /** The step after which it dies: an answer of the org, or the end of a transaction. Absent: it lives to its end. */
  readonly dieAfter?: number
}

const task: SetupTask = JSON.parse(process.argv[2] ?? '')
let steps = 0
function step(): void {
  if (++steps === task.dieAfter) process.kill(process.pid, 'SIGKILL')
}

const { dataDir, database, keyFile, orgUrl, name } = task
const place = database === undefined ? { dataDir } : { dataDir, database: new Secret(database) }
const store = await openStore(place)
const transaction = store.transaction.bind(store)
store.transaction = async (work) => {
  const result = await transaction(work)
  step()
  return result
}
const seal = await openSeal(store, { source: masterKeyFromFile(keyFile) })
const open = openOrgTransports({ dev: true })
const context = {
  store,
  seal,
  clock: systemClock,
  dev: true,
  customDomains: async () => [],
  openTransport: (origin: string) => {
    const transport = open(origin)
    return async (request: Parameters<typeof transport>[0]) => {
      const answer = await transport(request)
      step()
      return answer
    }
  },
}
const connections = new Connections(context)
const by = { actor: 'local' }
const adminToken = new Secret(task.adminToken)
steps = 0
if (task.work === 'setup') {
  const setups = new Setups({ ...context, connections })
  await setups.apply({ name, orgUrl, bundle: 'system-log', adminToken }, by)
} else {
  const rotations = new Rotations({ ...context, connections })
  const end = task.work === 'roll-back' ? 'roll-back' : undefined
  await rotations.rotate(name, { adminToken, graceSeconds: 0, end }, by)
}
process.stdout.write(String(steps))
await store.close()
