/** @module AES-256-GCM as the store uses it: nonce (12 bytes), ciphertext, tag (16 bytes). */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts with a fresh random nonce. @param place - authenticated, not encrypted.
 *
 * @see NIST SP 800-38D - one key takes 2^32 random nonces; a data key takes one, a master key one for each data key
 */
export function encrypt(key: Uint8Array, plain: Uint8Array, place: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(place)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The reverse of {@link encrypt}. @throws where anything is not as it was; the tag counts at its full length. */
export function decrypt(key: Uint8Array, encrypted: Uint8Array, place: Uint8Array): Uint8Array {
  const nonce = encrypted.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(place)
  decipher.setAuthTag(encrypted.subarray(-TAG_BYTES))
  const text = encrypted.subarray(NONCE_BYTES, -TAG_BYTES)
  return Buffer.concat([decipher.update(text), decipher.final()])
}
