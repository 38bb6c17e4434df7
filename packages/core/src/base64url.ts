/** @module Base64url and bytes (RFC 4648, section 5), from `jose`: by its parts, which load in a fifth of the time. */

import * as base64url from 'jose/base64url'

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Base64url without padding. */
export function encodeBase64url(input: Uint8Array | string): string {
  return base64url.encode(input)
}

/** The bytes of base64url. @throws {TypeError} where it is none. */
export function decodeBase64url(text: string): Uint8Array {
  return base64url.decode(text)
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>
}

/** The text of UTF-8 bytes, without a byte order mark. @throws {TypeError} where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
