/** @module DPoP: a key pair of the process, and a signed proof for each request. */

import { exportJWK } from 'jose/key/export'
import { encodeBase64url, encodeText } from '../base64url.ts'
import { thumbprint } from '../keys/public.ts'
import type { AnswerHeaders } from '../transport.ts'

/** What kind of endpoint a proof is for. Okta's nonces are the token endpoint's alone. */
export type ProofEndpoint = 'token' | 'resource'

/** One request that a proof is made for. */
export interface ProofRequest {
  readonly method: string
  /** The absolute URL that is called, query included. */
  readonly url: string
  readonly endpoint: ProofEndpoint
  /** The access token the request carries; adds `ath`. */
  readonly accessToken?: string | undefined
  /** The org's time. */
  readonly now: Date
}

/** A proof's claims (RFC 9449, section 4.2). */
export interface ProofClaims {
  readonly htm: string
  readonly htu: string
  readonly iat: number
  readonly jti: string
  readonly nonce?: string
  readonly ath?: string
}

/** A signed proof with what it says. The text is for one request and one request only. */
export interface Proof {
  readonly jwt: string
  readonly header: {
    readonly typ: 'dpop+jwt'
    readonly alg: 'ES256'
    readonly jwk: { kty: string; crv: string; x: string; y: string }
  }
  readonly claims: ProofClaims
}

// Okta refuses a proof from the future by even a second and one older than five minutes.
const BACKDATED_SECONDS = 10
const MAX_NONCE_CHARACTERS = 1_024

/**
 * Signs DPoP proofs with an ES256 key pair made for this purpose alone, and remembers nonces.
 *
 * The private half cannot be exported (Web Crypto `extractable: false`) and lives as long as the object. A nonce is kept
 * per origin and kind of endpoint.
 *
 * @see RFC 9449, sections 4.2, 8 and 9
 */
export class DpopProver {
  readonly #keys: CryptoKeyPair
  readonly #jwk: Proof['header']['jwk']
  readonly #nonces = new Map<string, string>()
  /** RFC 7638 thumbprint of the public half: what a bound token carries as `cnf.jkt`. */
  readonly thumbprint: string

  private constructor(keys: CryptoKeyPair, jwk: Proof['header']['jwk'], thumbprint: string) {
    this.#keys = keys
    this.#jwk = jwk
    this.thumbprint = thumbprint
  }

  /** Makes a prover with a new key pair. */
  static async create(): Promise<DpopProver> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
    const { x = '', y = '' } = await exportJWK(keys.publicKey)
    const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
    return new DpopProver(keys, jwk, await thumbprint(jwk))
  }

  /** A proof for one attempt of one request: a fresh `jti` every time, never used twice. */
  async prove(request: ProofRequest): Promise<Proof> {
    const nonce = this.nonce(request)
    const claims: ProofClaims = {
      htm: request.method.toUpperCase(),
      htu: httpUri(request.url),
      iat: Math.floor(request.now.getTime() / 1_000) - BACKDATED_SECONDS,
      jti: crypto.randomUUID(),
      ...(nonce === undefined ? {} : { nonce }),
      ...(request.accessToken === undefined ? {} : { ath: await sha256(request.accessToken) }),
    }
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.#jwk } as const
    const signed = `${encodeBase64url(JSON.stringify(header))}.${encodeBase64url(JSON.stringify(claims))}`
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    const signature = await crypto.subtle.sign(algorithm, this.#keys.privateKey, encodeText(signed))
    return { jwt: `${signed}.${encodeBase64url(new Uint8Array(signature))}`, header, claims }
  }

  /** The nonce the next proof for this origin and kind of endpoint will carry. */
  nonce(request: Pick<ProofRequest, 'url' | 'endpoint'>): string | undefined {
    return this.#nonces.get(nonceKey(request))
  }

  /**
   * Remembers the `dpop-nonce` of an answer, if it has one.
   *
   * @returns whether the answer brought a nonce other than the one remembered.
   */
  learnNonce(request: Pick<ProofRequest, 'url' | 'endpoint'>, headers: AnswerHeaders): boolean {
    const nonce = headers.get('dpop-nonce')
    if (!nonce || nonce.length > MAX_NONCE_CHARACTERS || !/^[\x21-\x7e]+$/.test(nonce)) return false
    if (this.nonce(request) === nonce) return false
    this.#nonces.set(nonceKey(request), nonce)
    return true
  }
}

function nonceKey(request: Pick<ProofRequest, 'url' | 'endpoint'>): string {
  return `${request.endpoint} ${new URL(request.url).origin}`
}

/**
 * The `htu` claim: scheme, host and path, without query and fragment, the path as Okta compares it.
 *
 * Okta compares against a decoded path: `test.user%40example.com` is refused, `test.user@example.com` passes. Only `%`,
 * space, `"` and `#` stay encoded, as in Okta's Java SDK. A path that does not decode is left as it is.
 *
 * @see RFC 9449, section 4.2
 * @see okta/okta-sdk-python, issue 541; okta/okta-sdk-java, pull request 1526
 */
export function httpUri(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + decodedPath(pathname)
}

function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname).replace(/[% "#]/g, encodeURIComponent)
  } catch {
    return pathname
  }
}

async function sha256(text: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(text))))
}
