/** @module The text of an access key: `postern_<id>_<secret>`. */

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Secret } from '@postern/core'

/** An access key as its caller presents it. */
export interface PresentedAccessKey {
  readonly id: string
  /** SHA-256 of its secret. */
  readonly digest: Uint8Array
}

const ID_BYTES = 8
const SECRET_BYTES = 32
const TEXT = /^postern_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

/** The id of a new access key. */
export function newAccessKeyId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

/** A new secret for an access key: its text, told once, and the digest, which is kept. */
export function newAccessKeySecret(id: string): {
  readonly text: Secret
  readonly digest: Uint8Array
} {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return { text: new Secret(`postern_${id}_${secret}`), digest: digestOf(secret) }
}

/** What a caller presents; undefined where it is no access key. */
export function parseAccessKey(text: string): PresentedAccessKey | undefined {
  const [, id, secret] = TEXT.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, digest: digestOf(secret) }
}

/** Whether two digests are the same, in a time that does not tell where they differ. */
export function isSameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function digestOf(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer')
}
