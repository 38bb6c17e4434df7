/** @module The keys that an org signs its tokens with. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { randomText } from '../ids.ts'

const MODULUS_BITS = 2_048
const KID_LENGTH = 43
const REMEMBERED_RETIRED = 64

/** A key pair and its kid. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The custom authorization server that signs with it; absent for the org itself. */
  readonly serverId?: string
}

type Pair = Pick<SigningKey, 'privateKey' | 'publicKey'>

// RSA keys take a tenth of a second, too long for each of many orgs. The kid, which is an org's own, tells them apart.
let unpublished: Pair | undefined
let published: Pair | undefined

/** Signs the access tokens of every org; never published. */
function unpublishedPair(): Pair {
  unpublished ??= generateKeyPairSync('rsa', { modulusLength: MODULUS_BITS })
  return unpublished
}

/** Signs ID tokens and what custom authorization servers give. */
function publishedPair(): Pair {
  published ??= generateKeyPairSync('rsa', { modulusLength: MODULUS_BITS })
  return published
}

/** The signing keys of one org. */
export class SigningKeys {
  #orgKid = randomText(KID_LENGTH)
  readonly #idTokenKid = randomText(KID_LENGTH)
  readonly #serverKids = new Map<string, string>()
  #retired: readonly string[] = []

  /** What signs access tokens for Okta's own APIs. Okta does not publish its public half. */
  org(): SigningKey {
    return { kid: this.#orgKid, ...unpublishedPair() }
  }

  /** What `/oauth2/v1/keys` shows. */
  idToken(): SigningKey {
    return { kid: this.#idTokenKid, ...publishedPair() }
  }

  /** What a custom authorization server signs with, and publishes. */
  server(serverId: string): SigningKey {
    const kid = this.#serverKids.get(serverId) ?? randomText(KID_LENGTH)
    this.#serverKids.set(serverId, kid)
    return { kid, serverId, ...publishedPair() }
  }

  /** The key of a kid among those that sign tokens, and whether everything it signed was revoked. */
  find(kid: unknown): { readonly key: SigningKey; readonly retired: boolean } | undefined {
    if (typeof kid !== 'string') return undefined
    if (kid === this.#orgKid) return { key: this.org(), retired: false }
    if (this.#retired.includes(kid)) return { key: { ...this.org(), kid }, retired: true }
    const serverId = [...this.#serverKids].find(([, known]) => known === kid)?.[0]
    return serverId === undefined ? undefined : { key: this.server(serverId), retired: false }
  }

  /** Makes the org sign with a new kid from now on; what the old one signed counts as revoked. */
  retire(): void {
    this.#retired = [...this.#retired, this.#orgKid].slice(-REMEMBERED_RETIRED)
    this.#orgKid = randomText(KID_LENGTH)
  }
}
