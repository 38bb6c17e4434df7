/** @module What signs: an imported key is one; a key in a KMS or an HSM can be another. */

/** The signature algorithms Okta accepts for assertions and DPoP proofs, in the order they are shown. */
export const signingAlgs = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const

/**
 * A JWS signature algorithm that Okta accepts: never `none`, HS*, PS* or EdDSA.
 *
 * @see RFC 7518, section 3.1
 * @see Okta, "Build a JWT for Client Authentication"
 */
export type SigningAlg = (typeof signingAlgs)[number]

/** Signs assertions for one registered key. */
export interface Signer {
  readonly alg: SigningAlg
  /** The key id that Okta shows for the registered public half; sent in every assertion's header. */
  readonly kid: string
  /**
   * The JWS signature over `data`: RSASSA-PKCS1-v1_5 for RS*, the concatenation of R and S for ES*.
   *
   * @see RFC 7518, sections 3.3 and 3.4
   */
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}
