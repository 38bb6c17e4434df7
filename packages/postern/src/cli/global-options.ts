/** @module The options that every command has. Loads nothing, so that help needs no more than it shows. */

import type { Command } from 'commander'
import { type OutputFormat, outputFormats } from './output-format.ts'
import { ArgumentFailure } from './quiet-command.ts'

/** Options that every command has. */
export interface GlobalOptions extends StoreFlags {
  readonly output: OutputFormat
}

/** The flags that say where everything is kept, as they were typed, and whether its log is wanted. */
export interface StoreFlags {
  readonly data?: string
  readonly database?: string
  readonly masterKey?: string
  readonly debug?: true
}

/**
 * The global options as a command sees them.
 *
 * @param defaultOutput - the format of this command's data where `--output` is not given.
 */
export function globalOptions(
  command: Command,
  defaultOutput: OutputFormat = 'table',
): GlobalOptions {
  const { output, ...flags } = planOptions(command, defaultOutput)
  if (output === 'terraform') throw unknownFormat()
  return { output, ...flags }
}

/** The same, for the command that prints a plan as Terraform configuration too. */
export function planOptions(
  command: Command,
  defaultOutput: OutputFormat = 'table',
): StoreFlags & { readonly output: OutputFormat | 'terraform' } {
  const { output, data, database, masterKey, debug } = command.optsWithGlobals<
    StoreFlags & { readonly output?: OutputFormat | 'terraform' }
  >()
  return {
    output: output ?? defaultOutput,
    ...(data === undefined ? {} : { data }),
    ...(database === undefined ? {} : { database }),
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(debug ? { debug } : {}),
  }
}

/** The refusal of a format that a command does not print. */
export function unknownFormat(): ArgumentFailure {
  const remedy = `Choose --output ${outputFormats.join(', ')}.`
  return new ArgumentFailure('That format of --output is not known.', remedy)
}

/** The parser of a flag that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
