/** @module The signed JWT that proves a service app to its org's token endpoint. */

import { encodeBase64url, encodeText } from '../base64url.ts'
import type { Signer } from '../keys/signer.ts'
import { Secret } from '../secret.ts'
import {
  type AssertionClaims,
  type AssertionOptions,
  type AssertionSubject,
  assertionClaims,
} from './claims.ts'

/** The value of `client_assertion_type`; there is no other. @see RFC 7523, section 2.2 */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The header of an assertion. */
export interface AssertionHeader {
  readonly alg: string
  readonly kid: string
  readonly typ: 'JWT'
}

/** A signed assertion with what it says, for the request and for its explanation. */
export interface Assertion {
  /** Compact JWS. */
  readonly jwt: Secret
  readonly header: AssertionHeader
  readonly claims: AssertionClaims
}

/** What {@link signAssertion} needs beside the key. */
export interface SignAssertionOptions extends AssertionSubject, AssertionOptions {
  /** The org's time. Default: the machine's. */
  readonly now?: Date
  /** Makes `jti`. Default: `crypto.randomUUID`. */
  readonly randomUUID?: () => string
}

/**
 * Signs the assertion that proves a service app to its org's token endpoint.
 *
 * Shape: compact JWS; header `{ alg, kid, typ: 'JWT' }`; claims as {@link assertionClaims} gives them. Every call has a
 * fresh `jti`: Okta accepts an assertion that carries one only once, and spends it on refused requests too.
 *
 * @throws {AssertionError} `assertion_lifetime`, `assertion_claim`
 * @see RFC 7523, sections 2.2 and 3
 * @see RFC 7515, section 3.1 - compact serialization
 */
export async function signAssertion(
  signer: Signer,
  options: SignAssertionOptions,
): Promise<Assertion> {
  const { now = new Date(), randomUUID = () => crypto.randomUUID() } = options
  const header: AssertionHeader = { alg: signer.alg, kid: signer.kid, typ: 'JWT' }
  const claims = assertionClaims(options, options, now, randomUUID)
  const signed = signingInput(header, claims)
  const signature = await signer.sign(encodeText(signed))
  return { jwt: new Secret(`${signed}.${encodeBase64url(signature)}`), header, claims }
}

/** An assertion as it may be shown: what it says, and its text with the signature cut. */
export interface ExplainedAssertion {
  readonly header: AssertionHeader
  readonly claims: AssertionClaims
  /** `<header>.<claims>.<signature removed>`: readable by any JWT decoder, usable by nobody. */
  readonly text: string
}

/** Shows what an assertion says. The signature is cut, so the text proves nothing to anybody. */
export function explainAssertion(assertion: Assertion): ExplainedAssertion {
  const { header, claims } = assertion
  return { header, claims, text: `${signingInput(header, claims)}.<signature removed>` }
}

function signingInput(header: AssertionHeader, claims: AssertionClaims): string {
  return `${encodeBase64url(JSON.stringify(header))}.${encodeBase64url(JSON.stringify(claims))}`
}
