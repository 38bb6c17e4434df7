/** @module A process that connects, and is killed at a step: at a finding of the doctor, or before a statement to the store. */

import { readFileSync } from 'node:fs'
import { Secret, systemClock } from '@postern/core'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { Connections } from '../../src/connections/connections.ts'
import { openOrgTransports } from '../../src/http/org-transport.ts'
import { openStore } from '../../src/store/open.ts'
import { openSeal } from '../../src/store/seal.ts'

/** What the process is told, as JSON in its only argument. */
export interface ConnectTask {
  readonly dataDir: string
  readonly database?: string
  readonly keyFile: string
  readonly orgUrl: string
  readonly clientId: string
  /** Where its private key is. TEST KEY. */
  readonly appKeyFile: string
  /** The finding, or the statement of the transaction, that it does not outlive; absent: it ends by itself. */
  readonly dieAt?: { readonly finding: number } | { readonly statement: number }
}

const task: ConnectTask = JSON.parse(process.argv[2] ?? '')
const { dataDir, database, keyFile, dieAt = {} } = task
const store = await openStore({
  dataDir,
  ...(database !== undefined && { database: new Secret(database) }),
})
const seal = await openSeal(store, { source: masterKeyFromFile(keyFile) })
const connections = new Connections({
  store,
  seal,
  openTransport: openOrgTransports({ dev: true }),
  clock: systemClock,
  dev: true,
  customDomains: async () => [],
})

let findings = 0
let statements = 0
const die = () => process.kill(process.pid, 'SIGKILL')
const db = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(store), 'db')
Object.defineProperty(store, 'db', {
  get: () => {
    // The first one looks whether the name is free, before the doctor comes; those after it are the transaction's.
    if (findings > 0) statements++
    if ('statement' in dieAt && statements === dieAt.statement) die()
    return db?.get?.call(store)
  },
})
await connections.connect(
  {
    name: 'acme',
    values: {
      orgUrl: task.orgUrl,
      clientId: task.clientId,
      key: new Secret(readFileSync(task.appKeyFile, 'utf8')),
      scopes: 'okta.users.read',
      headers: { 'x-tenant': 'a' },
    },
  },
  { actor: 'local' },
  {
    onFinding: () => {
      findings++
      if ('finding' in dieAt && findings === dieAt.finding) die()
    },
  },
)
process.stdout.write(`${statements}`)
// Committed, and nobody has heard of it.
die()
