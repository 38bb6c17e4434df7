/** @module Standard output and error that cannot be written: a reader that has gone, a full disk. */

import { exitCodes } from './exit-codes.ts'

/** Keeps a failed write from ending the process with a stack: a reader that has gone is no failure, all else is code 1. */
export function guardStreams(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // `head` closes the pipe when it has seen enough.
    if (code === 'EPIPE') return
    process.exitCode = exitCodes.error
    process.stderr.write(`The output cannot be written (${code ?? 'unknown'}).\n`)
  })
  // There is nowhere left to say so, and the exit code of the command still tells how it ended.
  process.stderr.on('error', () => undefined)
}
