/** @module What a connection is described as: free text, for everybody who sees the connection. */

import { PosternError, secretLookAlike } from '@postern/core'

/** The text is none to show. */
class DescriptionError extends PosternError<'description_looks_wrong'> {
  override readonly name = 'DescriptionError'
}

/**
 * The description; undefined where there is none.
 *
 * @throws {DescriptionError} for a secret: it would be stored in clear, and shown.
 */
export function parseDescription(text: string | null | undefined): string | undefined {
  const lookAlike = secretLookAlike(text ?? '')
  if (lookAlike !== undefined) {
    throw new DescriptionError('description_looks_wrong', `The text looks like ${lookAlike}.`, {
      remedy: 'Clear it: everybody who sees the connection reads this.',
    })
  }
  return text?.trim() || undefined
}
