/** @module A real PostgreSQL server for the tests: programs from npm, in a temporary folder, on loopback, ended with the one who started it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

/** A server and what ends it. */
export interface StartedPostgres {
  readonly server: PostgresServer
  readonly stop: () => Promise<void>
}

/**
 * Starts a server. A process of its own watches it: whatever happens to this one, also `kill -9`, the server ends and its
 * folder is removed.
 */
export async function startPostgres(): Promise<StartedPostgres> {
  const supervisor = fileURLToPath(new URL('postgres-supervisor.ts', import.meta.url))
  const child = spawn(process.execPath, [supervisor], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for the tests; the supervisor hears of it when its standard input ends.
    detached: process.platform !== 'win32',
  })
  const closed = once(child, 'close')
  let said = ''
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk
  })
  for await (const chunk of child.stdout) {
    said += chunk
    if (said.endsWith('\n')) break
  }
  if (!said.endsWith('\n')) {
    await closed
    throw new Error(`PostgreSQL did not start.\n${complaint}`)
  }
  return {
    server: JSON.parse(said),
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
