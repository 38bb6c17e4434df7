/** @module The name of a feed or a sink: as that of a connection, the same text in a path, in a command and in a file. */

import { PosternError } from '@postern/core'
import { isConnectionName, maxNameCharacters } from './connection-name.ts'

/** What has a name of its own, beside connections. */
export type Named = 'feed' | 'sink'

/** A name that no feed or sink can have. */
class OwnNameError extends PosternError<`${Named}_name`> {
  override readonly name = 'OwnNameError'
}

/**
 * Reads a name: lower-case letters, digits and hyphens, a letter or digit first, 63 characters at most.
 *
 * @throws {OwnNameError} `feed_name`, `sink_name`. The text is not said back: people put a secret where a name belongs.
 */
export function parseOwnName(text: string, what: Named): string {
  if (isConnectionName(text)) return text
  throw new OwnNameError(
    `${what}_name`,
    `The name of the ${what} is empty, too long, or has characters that names do not have.`,
    {
      remedy: `Name it with 1 to ${maxNameCharacters} lower-case letters, digits and hyphens, such as acme-log.`,
    },
  )
}
