/** @module The options that every command has. Loads nothing, so that help needs no more than it shows. */

import type { Command } from 'commander'
import type { OutputFormat } from './output-format.ts'

/** Options that every command has. */
export interface GlobalOptions {
  readonly output: OutputFormat
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
  const { output } = command.optsWithGlobals<Partial<GlobalOptions>>()
  return { output: output ?? defaultOutput }
}

/** The parser of a flag that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
