/** @module Reads a configuration file from disk. */

import { basename, dirname, resolve } from 'node:path'
import { FileError, showPath } from '../secret-reference.ts'
import { readTextFile } from '../text-file.ts'
import type { DeclaredConfig } from './declared.ts'
import { type DeclarationJudges, parseConfigFile } from './parse.ts'

/** What is read where no file is named. */
export const defaultConfigFile = 'postern.yaml'

// Thousands of connections; what is larger was made by a program that should call the API.
const MAX_BYTES = 1_048_576

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
  const text = await readTextFile(absolute, MAX_BYTES)
  const file = showPath(basename(path)) ?? 'The file'
  if (text !== undefined) return parseConfigFile(text, { file, folder: dirname(absolute) }, judges)
  throw new FileError('file_not_found', `There is no file ${showPath(path) ?? 'of that name'}.`, {
    remedy: `Name the configuration file; without a name it is ${defaultConfigFile} in this folder.`,
  })
}
