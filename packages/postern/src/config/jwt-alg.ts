/** @module A signature algorithm as people and other products write it. */

import { requireSigningAlg, type SigningAlg } from '@postern/core'

/**
 * Reads `RS256`, `rs256` or `JWT_ALGORITHM_RS256`.
 *
 * @throws {KeyError} `key_alg_not_allowed`
 */
export function parseJwtAlg(text: string): SigningAlg {
  return requireSigningAlg(
    text
      .trim()
      .toUpperCase()
      .replace(/^JWT_ALGORITHM_/, ''),
  )
}
