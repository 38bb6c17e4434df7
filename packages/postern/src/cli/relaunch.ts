/** @module Starts this process anew with a flag of V8's that must stand on Node's own command line. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * The flag for a process that opens the embedded database. Without it V8 compiles its WebAssembly a second time, which takes
 * half of what such a command takes in all and some 300 MB, and makes nothing faster.
 */
export const liftoffFlag = '--liftoff-only'

/** Whether this process has the flag. */
export function hasFlag(flag: string): boolean {
  return process.execArgv.includes(flag)
}

/**
 * Puts a process with the flag in the place of this one, where the system can do that: the same number, arguments, files
 * and environment, so that signals and exit codes need no passing on. Returns where it cannot, or where this process has
 * read standard input, which nobody could read again.
 */
export function replaceProcess(flag: string): void {
  // Windows has no such call; Node leaves it out there.
  if (typeof process.execve !== 'function' || process.platform === 'win32') return
  if (process.stdin.readableDidRead) return
  process.execve(process.execPath, [process.execPath, ...argumentsWith(flag)], process.env)
}

/** The same; where the system cannot do it, that process runs beside this one, which waits for it and ends as it does. */
export async function relaunchWith(flag: string): Promise<void> {
  replaceProcess(flag)
  const child = spawn(process.execPath, argumentsWith(flag), { stdio: 'inherit' })
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

function argumentsWith(flag: string): string[] {
  return [flag, ...process.execArgv, ...process.argv.slice(1)]
}
