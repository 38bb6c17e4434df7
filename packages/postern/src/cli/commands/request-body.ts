/** @module The body of a request from the command line: JSON itself, a file, or standard input. */

import { readFile } from 'node:fs/promises'
import { FileError } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'

/**
 * Reads `JSON`, `@FILE` or `-`; undefined where nothing is given.
 *
 * @throws {UsageError} `usage_invalid` for what is no JSON; its text is not repeated.
 * @throws {FileError} `file_not_found`, `file_not_readable`
 */
export async function readBody(
  text: string | undefined,
  stdin: AsyncIterable<Uint8Array>,
): Promise<unknown> {
  if (text === undefined) return undefined
  const json =
    text === '-'
      ? await readAll(stdin)
      : text.startsWith('@')
        ? await readJsonFile(text.slice(1))
        : text
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch {
    // The parser's own message quotes the text.
    throw new UsageError('usage_invalid', '--body: The text is not JSON.', {
      remedy: 'Give JSON in single quotes, @FILE for a file, or - for standard input.',
      details: { flag: '--body' },
    })
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function readJsonFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const isAbsent = reason === 'ENOENT'
    throw new FileError(
      isAbsent ? 'file_not_found' : 'file_not_readable',
      isAbsent
        ? '--body: There is no file of that name.'
        : `--body: The file cannot be read (${reason}).`,
      {
        remedy: 'Check the path after @, and that you may read the file.',
        details: { flag: '--body', reason },
      },
    )
  }
}
