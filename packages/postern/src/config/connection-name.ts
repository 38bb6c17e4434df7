/** @module The name of a connection: in a path of the API, in a command and in a file it is the same text. */

import { PosternError } from '@postern/core'

/** A name that no connection can have. */
class ConnectionNameError extends PosternError<'connection_name'> {
  override readonly name = 'ConnectionNameError'
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The longest a name can be. */
export const maxNameCharacters = 63

/** Whether a text can be the name of a connection. */
export function isConnectionName(text: string): boolean {
  return NAME.test(text)
}

/**
 * Reads a name: lower-case letters, digits and hyphens, a letter or digit first, 63 characters at most.
 *
 * @throws {ConnectionNameError} `connection_name`. The text is not said back: people put a secret where a name belongs.
 */
export function parseConnectionName(text: string): string {
  if (isConnectionName(text)) return text
  const observed =
    text.length > maxNameCharacters
      ? `The name of the connection has ${text.length} characters.`
      : 'The name of the connection is empty or has characters that names do not have.'
  throw new ConnectionNameError('connection_name', observed, {
    remedy: `Name it with 1 to ${maxNameCharacters} lower-case letters, digits and hyphens, such as acme-directory.`,
  })
}
