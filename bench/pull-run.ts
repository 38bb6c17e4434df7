/** @module Runs pulls: the stub has the second core, and each client the first. Needs `taskset`. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a pull prints at its end. */
export interface Pull {
  readonly users: number
  readonly perSecond: number
  readonly cpuMs: number
  /** The peak. */
  readonly megabytes: number
}

/** Starts the stub with so many users. */
export async function startStub(users: number): Promise<{ stub: ChildProcess; url: string }> {
  const file = fileURLToPath(new URL('pull-stub.ts', import.meta.url))
  const program = [process.execPath, '--conditions=source', file, String(users)]
  const stub = spawn('taskset', ['-c', '1', ...program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [port] = await once(stub, 'message')
  return { stub, url: `http://127.0.0.1:${port}` }
}

/** One pull. @param args - of Node. @throws where it did not get all users. */
export async function pull(args: readonly string[], users: number): Promise<Pull> {
  const { stdout } = await run('taskset', ['-c', '0', process.execPath, ...args])
  const pulled: Pull = JSON.parse(stdout)
  if (pulled.users === users) return pulled
  throw new Error(`${args.join(' ')} gave ${pulled.users} users of ${users}.`)
}
