/** @module The flags that every command has, as data: the parser and the overview show the same. */

import { outputFormats } from './output-format.ts'

/** A flag and what it means. */
export interface GlobalFlag {
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
}

/** What the program is, in one line. */
export const summary = 'The service entrance to Okta.'

/** The end of the overview. */
export const readOn = 'postern COMMAND --help: flags, examples, exit codes, where to read on.'

/** Flags of every command, in the order of the help. */
export const globalFlags = {
  version: { flags: '-V, --version', description: 'output the version number' },
  output: {
    flags: '--output <format>',
    description: 'how data is printed; default: what suits the command',
    choices: outputFormats,
  },
  data: {
    flags: '--data <dir>',
    description: 'where everything is kept; default: $POSTERN_DATA, or your data folder',
  },
  database: {
    flags: '--database <reference>',
    description:
      'keep it in PostgreSQL: env:NAME or a file with the URL, or a URL without a password',
  },
  masterKey: {
    flags: '--master-key <reference>',
    description:
      'what seals secrets: env:NAME, file:PATH, credential:NAME, exec:COMMAND or kms:COMMAND',
  },
  debug: {
    flags: '--debug',
    description: 'the log, and with an error, where in the program it came from',
  },
} as const satisfies Readonly<Record<string, GlobalFlag>>
