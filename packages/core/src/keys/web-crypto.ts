/** @module Web Crypto's names for the algorithms. */

import type { Curve } from './parts.ts'
import type { SigningAlg } from './signer.ts'

/** How Web Crypto names an algorithm: for importing its keys, and for signing. @see RFC 7518, sections 3.3 and 3.4 */
export function webCrypto(
  alg: SigningAlg,
  crv: Curve | undefined,
): {
  key: RsaHashedImportParams | EcKeyImportParams
  operation: AlgorithmIdentifier | EcdsaParams
} {
  const hash = `SHA-${alg.slice(2)}`
  if (crv !== undefined) {
    return { key: { name: 'ECDSA', namedCurve: crv }, operation: { name: 'ECDSA', hash } }
  }
  return { key: { name: 'RSASSA-PKCS1-v1_5', hash }, operation: { name: 'RSASSA-PKCS1-v1_5' } }
}
