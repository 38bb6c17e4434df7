/** @module JSON from the command line: itself, a file, or standard input. */

import { UsageError } from '../../config/usage-error.ts'
import { namesText, readGivenText } from '../given-text.ts'

/**
 * Reads `JSON`, `@FILE` or `-`; undefined where nothing is given.
 *
 * @param flag - the flag it was given with.
 * @throws {UsageError} `usage_invalid` for what is no JSON; its text is not repeated.
 * @throws {FileError} `file_not_found`, `file_not_readable`
 */
export async function readBody(text: string | undefined, flag = '--body'): Promise<unknown> {
  if (text === undefined) return undefined
  const json = namesText(text) ? await readGivenText(text, flag) : text
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch {
    // The parser's own message quotes the text.
    throw new UsageError('usage_invalid', `${flag}: The text is not JSON.`, {
      remedy: 'Give JSON in single quotes, @FILE for a file, or - for standard input.',
      details: { flag },
    })
  }
}
