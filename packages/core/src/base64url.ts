/** @module Base64url (RFC 4648, section 5), texts and bytes. */

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()
// As many arguments as every engine takes.
const CHUNK_BYTES = 32_768
// One character over a multiple of four stands for no byte.
const ALPHABET = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/

/** Base64url without padding. */
export function encodeBase64url(input: Uint8Array | string): string {
  const bytes = typeof input === 'string' ? encodeText(input) : input
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES))
  }
  return btoa(binary).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
}

/** The bytes of base64url. @throws {TypeError} where it is none. */
export function decodeBase64url(text: string): Uint8Array {
  if (!ALPHABET.test(text)) throw new TypeError('The text is not base64url.')
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>
}

/** The text of UTF-8 bytes, without a byte order mark. @throws {TypeError} where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
