/** @module The commands as the parser knows them: their names, and of those that are asked for their flags and arguments. */

import { type Command, Option } from 'commander'
import { commands } from './definitions/registry.ts'
import { globalFlags, summary } from './global-flags.ts'
import { unknownFormat } from './global-options.ts'
import { type OutputFormat, outputFormats } from './output-format.ts'
import { QuietCommand } from './quiet-command.ts'

/** What {@link defineProgram} is told. */
export interface DefineProgramOptions {
  readonly version: string
  /** Of errors: help in their place is for people. */
  readonly format: OutputFormat
  /** Which commands are defined whole. Of the others there is the name, and what they do. */
  readonly isAsked: (name: string) => boolean
  /** Given to whatever a command does. */
  readonly signal: AbortSignal
}

/** The program, its global flags, and its commands. */
export async function defineProgram(options: DefineProgramOptions): Promise<Command> {
  const program = createProgram(options)
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description)
    if (!options.isAsked(name)) continue
    const define = await load()
    define(command, options.signal)
  }
  return program
}

/** The program with every command defined whole, for what shows or completes it. Nothing of it is to be run. */
export function defineWholeProgram(version: string): Promise<Command> {
  const { signal } = new AbortController()
  return defineProgram({ version, format: 'table', isAsked: () => true, signal })
}

function createProgram({ version, format }: DefineProgramOptions): Command {
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

function parseOutputFormat(text: string): OutputFormat | 'terraform' {
  const format = outputFormats.find((known) => known === text)
  if (format !== undefined) return format
  // Of one command alone, which asks for it; every other one refuses it when it is called.
  if (text === 'terraform') return text
  throw unknownFormat()
}
