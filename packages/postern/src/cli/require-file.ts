/** @module What is written to a file alone, and not to standard output. */

import { UsageError } from '../config/usage-error.ts'

/**
 * Refuses `-` where other commands take it for standard output.
 *
 * @param what - that is written, as a sentence begins with it.
 * @throws {UsageError} `usage_invalid`
 */
export function requireFile(file: string, what: string, example: string): void {
  if (file !== '-') return
  throw new UsageError('usage_invalid', `${what} is written to a file, not to standard output.`, {
    remedy: `Name a file that is not there yet, such as ${example}.`,
    details: { argument: 'file' },
  })
}
