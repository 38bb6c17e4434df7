/** @module Runs the command that was typed, or says why not. What a command does is loaded when it is called. */

import { CommanderError } from 'commander'
import { holdsSecret } from '../config/secret-argument.ts'
import { defineProgram } from './define-program.ts'
import { exitCodes } from './exit-codes.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import type { OutputFormat } from './output-format.ts'
import { ArgumentFailure } from './quiet-command.ts'
import { guardStreams } from './streams.ts'

/**
 * Runs the command that the arguments name.
 *
 * @returns the exit code.
 */
export async function runProgram(args: readonly string[], version: string): Promise<number> {
  guardStreams()
  const interruption = listenForInterruption()
  // Known before the parser knows anything: what it refuses has to be said in this format too.
  const format = errorFormat(args)
  try {
    return await runCommand(args, { version, format, interruption })
  } catch (thrown) {
    const { reportFailure } = await import('./failure.ts')
    return reportFailure(thrown, { format, debug: args.includes('--debug') })
  } finally {
    interruption.stopListening()
  }
}

async function runCommand(
  args: readonly string[],
  options: { version: string; format: OutputFormat; interruption: Interruption },
): Promise<number> {
  const { version, format, interruption } = options
  if (args.some(holdsSecret)) throw (await import('./failure.ts')).secretInArgument()
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw (await import('./failure.ts')).tlsVerificationOff()
  }
  const { signal } = interruption
  const isAsked = (name: string) => args.includes(name)
  const program = await defineProgram({ version, format, isAsked, signal })
  const asked = args.length === 0 ? ['--help'] : args
  if (asksForHelp(asked)) {
    const { formatNotes } = await import('./help/format-notes.ts')
    program.addHelpText('afterAll', ({ command, error }) => (error ? '' : formatNotes(command)))
  }
  try {
    await interruption.settle(program.parseAsync(asked, { from: 'user' }))
    return exitCodes.ok
  } catch (thrown) {
    // Only help and the version still end this way.
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return exitCodes.ok
    if (format === 'table') return exitCodes.usage
    throw new ArgumentFailure('A command is missing.', 'Run postern --help, which shows them all.')
  }
}

function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h' || arg === 'help')
}

/** JSON where the output is JSON; text otherwise. */
function errorFormat(args: readonly string[]): OutputFormat {
  // What follows -- is another command's.
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  const asked = own.flatMap((arg, index) =>
    arg === '--output' ? [own[index + 1]] : arg.startsWith('--output=') ? [arg.slice(9)] : [],
  )
  const last = asked.at(-1)
  return last === 'json' || last === 'jsonl' ? last : 'table'
}
