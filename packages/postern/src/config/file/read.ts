/** @module Reads a configuration file from disk. */

import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { ConfigError } from '../config-error.ts'
import { FileError, showPath } from '../secret-reference.ts'
import { readTextFile } from '../text-file.ts'
import type { DeclaredConfig } from './declared.ts'
import { type DeclarationJudges, parseConfigFile } from './parse.ts'

/** What is read where no file is named. */
export const defaultConfigFile = 'postern.yaml'

// Thousands of connections; what is larger was made by a program that should call the API.
const MAX_BYTES = 1_048_576

// What a process was given open, a pipe of its shell too: somebody writes to it, or has.
const GIVEN_OPEN = /^\/(?:dev\/(?:stdin$|fd\/)|proc\/[^/]+\/fd\/)/
// A device too, but one that ends at once.
const NOTHING = '/dev/null'

/**
 * Reads a configuration file.
 *
 * @throws {ConfigFileError} with every problem; {@link ConfigError} where it cannot be read; {@link FileError}
 * `file_not_found`.
 */
export async function readConfigFile(
  path: string,
  judges: DeclarationJudges,
): Promise<DeclaredConfig> {
  const absolute = resolve(path)
  await requireEnd(absolute)
  const text = await readTextFile(absolute, MAX_BYTES)
  const file = showPath(basename(path)) ?? 'The file'
  if (text !== undefined) return parseConfigFile(text, { file, folder: dirname(absolute) }, judges)
  throw new FileError('file_not_found', `There is no file ${showPath(path) ?? 'of that name'}.`, {
    remedy: `Name the configuration file; without a name it is ${defaultConfigFile} in this folder.`,
  })
}

/** @throws {ConfigError} `config_file_unreadable` for a named pipe or a device, which would be waited for. */
async function requireEnd(path: string): Promise<void> {
  if (path === NOTHING || GIVEN_OPEN.test(path)) return
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return
  throw new ConfigError('config_file_unreadable', `${path} is a pipe or a device, and no file.`, {
    remedy: 'Name the configuration file, or give it on standard input and name /dev/stdin.',
    details: { path },
  })
}
