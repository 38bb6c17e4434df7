/** @module The thumbprint of a public key, which names it whatever else its JWK says. */

import { createHash, type KeyObject } from 'node:crypto'

/** SHA-256 over the members that make the key, in base64url. @see RFC 7638, section 3 */
export function thumbprint(key: KeyObject): string {
  const { kty, n, e, crv, x, y } = key.export({ format: 'jwk' })
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
