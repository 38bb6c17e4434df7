/** @module A text that an argument names: a file after @, or standard input for -. */

import { readFile } from 'node:fs/promises'
import { FileError } from '../config/secret-reference.ts'

/** Whether an argument names a text instead of being one. */
export function namesText(argument: string): boolean {
  return argument === '-' || argument.startsWith('@')
}

/**
 * The text that `@FILE` or `-` names.
 *
 * @param flag - the flag or argument it was given with, as errors name it.
 * @throws {FileError} `file_not_found`, `file_not_readable`
 */
export async function readGivenText(argument: string, flag: string): Promise<string> {
  const text = argument === '-' ? await readAll(process.stdin) : await read(argument.slice(1), flag)
  return text.replace(/^\uFEFF/, '')
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function read(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const isAbsent = reason === 'ENOENT'
    throw new FileError(
      isAbsent ? 'file_not_found' : 'file_not_readable',
      isAbsent
        ? `${flag}: There is no file of that name.`
        : `${flag}: The file cannot be read (${reason}).`,
      {
        remedy: 'Check the path after @, and that you may read the file.',
        details: { flag, reason },
      },
    )
  }
}
