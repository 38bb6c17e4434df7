/** @module What is kept of a secret that callers present: its SHA-256. 256 random bits need no slow hash. */

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32
const ID_BYTES = 8

/** What a secret of {@link newSecretText} looks like, for a regular expression. */
export const secretPattern = '[A-Za-z0-9_-]{43}'

/** What an id of {@link newId} looks like, for a regular expression. */
export const idPattern = '[0-9a-f]{16}'

/** An id that nobody can guess from another one. */
export function newId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

/** 256 random bits as text. */
export function newSecretText(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** The digest of the text of a secret. */
export function digestOf(secret: string): Uint8Array {
  // As text, and bytes of that: a buffer that the hash makes is memory of its own, which costs three times as much.
  return Buffer.from(hash('sha256', secret, 'binary'), 'binary')
}

/** Whether two digests are the same, in a time that does not tell where they differ. */
export function isSameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
