/** @module The text of an access key: `postern_<id>_<secret>`. */

import { Secret } from '@postern/core'
import { digestOf, idPattern, newSecretText, secretPattern } from '../store/digest.ts'

/** An access key as its caller presents it. */
export interface PresentedAccessKey {
  readonly id: string
  /** SHA-256 of its secret. */
  readonly digest: Uint8Array
}

const TEXT = new RegExp(`^postern_(${idPattern})_(${secretPattern})$`)

/** A new secret for an access key: its text, told once, and the digest, which is kept. */
export function newAccessKeySecret(id: string): {
  readonly text: Secret
  readonly digest: Uint8Array
} {
  const secret = newSecretText()
  return { text: new Secret(`postern_${id}_${secret}`), digest: digestOf(secret) }
}

/** What a caller presents; undefined where it is no access key. */
export function parseAccessKey(text: string): PresentedAccessKey | undefined {
  const [, id, secret] = TEXT.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, digest: digestOf(secret) }
}
