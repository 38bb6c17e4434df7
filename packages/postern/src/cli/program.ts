/** @module The commands: their names, flags and help. What a command does is loaded when it is called. */

import { type Command, CommanderError, Option } from 'commander'
import { holdsSecret } from '../config/secret-argument.ts'
import { commands } from './definitions/registry.ts'
import { exitCodes } from './exit-codes.ts'
import { globalFlags, summary } from './global-flags.ts'
import { unknownFormat } from './global-options.ts'
import { type Interruption, listenForInterruption } from './interruption.ts'
import { type OutputFormat, outputFormats } from './output-format.ts'
import { ArgumentFailure, QuietCommand } from './quiet-command.ts'
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
  const program = createProgram(version, format)
  await addCommands(program, args, interruption.signal)
  try {
    const asked = args.length === 0 ? ['--help'] : args
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

function createProgram(version: string, format: OutputFormat): Command {
  const { version: versionFlag, output, ...flags } = globalFlags
  const program = new QuietCommand('postern')
    .description(summary)
    .version(version, versionFlag.flags)
    .addOption(
      new Option(output.flags, output.description)
        .choices(output.choices)
        // The parser's own refusal would repeat the value.
        .argParser(parseOutputFormat),
    )
    .exitOverride()
    // Help in the place of an error is for people.
    .configureOutput(format === 'table' ? {} : { writeErr: () => undefined })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
  for (const { flags: text, description } of Object.values(flags)) program.option(text, description)
  return program
}

/** Adds every command by its name, and of those that are called what they take. */
async function addCommands(
  program: Command,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description)
    if (!args.includes(name)) continue
    const define = await load()
    define(command, signal)
  }
}

function parseOutputFormat(text: string): OutputFormat | 'terraform' {
  const format = outputFormats.find((known) => known === text)
  if (format !== undefined) return format
  // Of one command alone, which asks for it; every other one refuses it when it is called.
  if (text === 'terraform') return text
  throw unknownFormat()
}
