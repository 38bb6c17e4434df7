/** @module A private key as text, for use elsewhere. */

import { Secret } from '../secret.ts'
import type { PrivateKey } from './private-key.ts'
import { webCrypto } from './web-crypto.ts'

/** The canonical private JWK as JSON on one line, with kid, alg and use. @see RFC 7517 */
export function exportJwk(key: PrivateKey): Secret {
  return key.privateJwk
}

/** The key as PKCS#8 PEM: lines of 64 characters, one line break at the end. It has no place for the kid. @see RFC 7468, section 10 */
export async function exportPem(key: PrivateKey): Promise<Secret> {
  const jwk: JsonWebKey = JSON.parse(key.privateJwk.reveal())
  const algorithm = webCrypto(key.alg, key.crv).key
  const extractable = await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['sign'])
  const der = new Uint8Array(await crypto.subtle.exportKey('pkcs8', extractable))
  const base64 = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join(''))
  const lines = Array.from(base64.matchAll(/.{1,64}/g), ([line]) => line)
  const marked = ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----']
  return new Secret(`${marked.join('\n')}\n`)
}
