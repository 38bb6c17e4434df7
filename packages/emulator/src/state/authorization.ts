/** @module What the authorization servers of an org remember between requests, and what a fault may change of it. */

import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import { Nonces } from './nonces.ts'
import { SigningKeys } from './signing-keys.ts'
import { SpentIds } from './spent-ids.ts'

const MAX_KEY_SETS = 256

/** A key set that was fetched from a `jwks_uri`. */
export interface FetchedKeySet {
  readonly keys: readonly JsonObject[]
  readonly fetchedMs: number
}

/** The memory of the authorization servers. The members that can be set are for faults. */
export class AuthorizationState {
  readonly signingKeys = new SigningKeys()
  readonly nonces = new Nonces()
  /** The jtis of client assertions. */
  readonly assertionIds = new SpentIds()
  /** The jtis of DPoP proofs. */
  readonly proofIds = new SpentIds()
  /** The jtis of revoked access tokens. */
  readonly revokedTokenIds = new SpentIds()
  /** The key that marks an access token as one of a certain app. */
  readonly tokenMark = randomBytes(32)
  /** The key sets that are on their way, by URL. */
  readonly fetching = new Map<string, Promise<readonly JsonObject[]>>()
  readonly #keySets = new Map<string, FetchedKeySet>()

  /** How long an access token of the org lives, in seconds. Okta's is an hour and cannot be set. */
  tokenLifeSeconds = 3_600
  /** What `expires_in` says where it is not the truth. */
  toldLifeSeconds: number | undefined
  /** Whether the management API asks for a nonce in proofs, as it may begin to do (RFC 9449, section 9). */
  resourceNonceRequired = false
  /** What is treated as used before although it was not, as if somebody on the way sent every request twice. */
  jtiReplay: 'none' | 'assertions' | 'proofs' = 'none'
  /** False for an org without the feature that lets its own authorization server grant client credentials. */
  clientCredentialsAtOrg = true

  /** Revokes every access token that the org has given. */
  revokeAll(): void {
    this.signingKeys.retire()
  }

  /** Makes every nonce that the org has given invalid. */
  forgetNonces(): void {
    this.nonces.forget()
  }

  /** The key set that was fetched from a URL and is not older than allowed. */
  keySet(url: string, maxAgeMs: number, nowMs: number): FetchedKeySet | undefined {
    const kept = this.#keySets.get(url)
    return kept !== undefined && nowMs - kept.fetchedMs < maxAgeMs ? kept : undefined
  }

  keepKeySet(url: string, keySet: FetchedKeySet): void {
    this.#keySets.delete(url)
    const [oldest] = this.#keySets.keys()
    if (this.#keySets.size >= MAX_KEY_SETS && oldest !== undefined) this.#keySets.delete(oldest)
    this.#keySets.set(url, keySet)
  }
}
