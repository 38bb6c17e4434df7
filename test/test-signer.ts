/** @module A signer made of Web Crypto alone, as a key service would be one: quick, and no imported key. */

import type { Signer } from '@postern/core'

/** An ES256 signer with its public half. TEST KEY, made anew each time. */
export async function testSigner(
  kid = 'test-kid',
): Promise<Signer & { readonly publicKey: CryptoKey }> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
  return {
    alg: 'ES256',
    kid,
    publicKey: keys.publicKey,
    sign: async (data) => {
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      return new Uint8Array(await crypto.subtle.sign(algorithm, keys.privateKey, data))
    },
  }
}
