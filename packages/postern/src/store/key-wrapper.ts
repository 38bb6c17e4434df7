/** @module What wraps data keys: a master key in this process, or a key management service. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Secret } from '@postern/core'

/** One version of a master key, wherever it is. */
export interface KeyWrapper {
  /** From 1 on. */
  readonly version: number
  /** Wraps a data key of 32 bytes. @param place - bound to the result: unwrapping needs the same bytes. */
  wrap(dataKey: Uint8Array, place: Uint8Array): Promise<Uint8Array>
  /** @throws where the key, the place or the bytes are not those of `wrap`. */
  unwrap(wrapped: Uint8Array, place: Uint8Array): Promise<Uint8Array>
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Wraps with a master key of 32 bytes, AES-256-GCM. */
export function localWrapper(version: number, masterKey: Secret<Uint8Array>): KeyWrapper {
  return {
    version,
    wrap: async (dataKey, place) => encrypt(masterKey.reveal(), dataKey, place),
    unwrap: async (wrapped, place) => decrypt(masterKey.reveal(), wrapped, place),
  }
}

/** AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). */
export function encrypt(key: Uint8Array, plain: Uint8Array, place: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(place)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The reverse of {@link encrypt}. @throws where anything is not as it was. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, place: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(place)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([
    decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
    decipher.final(),
  ])
}
