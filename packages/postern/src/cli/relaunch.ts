/** @module Starts this process anew with a flag of V8's that must stand on Node's own command line. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * The flag that keeps the embedded database small: without it V8 compiles its WebAssembly a second time, which takes some
 * 300 MB more and makes it no faster.
 */
export const liftoffFlag = '--liftoff-only'

/** Whether this process has the flag. */
export function hasFlag(flag: string): boolean {
  return process.execArgv.includes(flag)
}

/**
 * Puts a process with the flag in the place of this one: the same arguments, files, environment and, where the system can
 * do it, the same process number, so that signals and exit codes need no passing on.
 */
export async function relaunchWith(flag: string): Promise<void> {
  const args = [flag, ...process.execArgv, ...process.argv.slice(1)]
  // Windows has no such call; Node leaves it out there.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, ...args], process.env)
  }
  await runInPlace(args)
}

/** Runs the process beside this one, which waits for it: signals go to it, and its exit code is ours. */
async function runInPlace(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  // A terminal sends SIGINT to both; a second one would end the child at once.
  const stay = () => undefined
  process.on('SIGTERM', pass)
  process.on('SIGINT', stay)
  const [code] = await once(child, 'close')
  process.off('SIGTERM', pass)
  process.off('SIGINT', stay)
  process.exitCode = typeof code === 'number' ? code : 1
}
