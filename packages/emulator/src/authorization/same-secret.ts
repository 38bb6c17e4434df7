/** @module Comparing secrets in a time that tells nothing about them. */

import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether two secrets are the same. */
export function isSameSecret(one: string, other: string): boolean {
  // Digests are of one length, which timingSafeEqual needs, and tell nothing about the length of a secret.
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
