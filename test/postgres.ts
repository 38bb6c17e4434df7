/** @module A real PostgreSQL server for the tests: programs from npm, in a temporary folder, on loopback, ended with the one who started it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A running server, and the two who may use it. */
export interface PostgresServer {
  readonly port: number
  /** May do everything; makes databases. */
  readonly superuser: PostgresUser
  /** Owns the databases of the tests and is nobody special. */
  readonly owner: PostgresUser
}

/** Who signs in. */
export interface PostgresUser {
  readonly name: string
  readonly password: string
}

/** What can be done to a server. It is over when the server is there again, but for `freeze`. */
export type PostgresDeed =
  /** Stopped and started: `fast` ends every connection in order, `immediate` is a crash. */
  | 'restart fast'
  | 'restart immediate'
  /** One of its processes is killed with -9, and it starts the others anew. */
  | 'kill backend'
  /** Every process of it stands still, until `thaw`. */
  | 'freeze'
  | 'thaw'

/** A server and what ends it. */
export interface StartedPostgres {
  readonly server: PostgresServer
  /** Does something to it. Never two at a time. */
  readonly suffer: (deed: PostgresDeed) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Starts a server. A process of its own watches it: whatever happens to this one, also `kill -9`, the server ends and its
 * folder is removed.
 *
 * @param options.isMortal - whether it will crash: what it has committed is there afterwards, which costs it time.
 */
export async function startPostgres({
  isMortal = false,
}: {
  readonly isMortal?: boolean
} = {}): Promise<StartedPostgres> {
  const supervisor = fileURLToPath(new URL('postgres-supervisor.ts', import.meta.url))
  const child = spawn(process.execPath, [supervisor, ...(isMortal ? ['mortal'] : [])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for the tests; the supervisor hears of it when its standard input ends.
    detached: process.platform !== 'win32',
  })
  const closed = once(child, 'close')
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const hear = async (what: string): Promise<string> => {
    const { value, done } = await lines.next()
    if (done !== true) return value
    await closed
    throw new Error(`PostgreSQL did not ${what}.\n${complaint}`)
  }
  return {
    server: JSON.parse(await hear('start')),
    suffer: async (deed) => {
      child.stdin.write(`${deed}\n`)
      await hear(deed)
    },
    stop: async () => {
      child.stdin.end()
      await closed
    },
  }
}

/** The URL of a database. */
export function urlOf(
  { port }: PostgresServer,
  { name, password }: PostgresUser,
  database: string,
): string {
  return `postgres://${name}:${password}@127.0.0.1:${port}/${database}`
}
