/** @module One diagnosis under way: what it works with, and what its checks have learned so far. */

import { type Clock, systemClock } from '../clock.ts'
import type { PrimeTest } from '../keys/primes.ts'
import type { PrivateKey } from '../keys/private-key.ts'
import type { Org } from '../org/org.ts'
import {
  type DocumentOptions,
  type PublicDocument,
  readPublicDocument,
} from '../org/public-document.ts'
import type { Pacer } from '../org/rate-limit.ts'
import { randomFraction } from '../retry.ts'
import type { Secret } from '../secret.ts'
import type { Credential, ServiceAppCredential } from '../token/credential.ts'
import type { Token } from '../token/token.ts'
import { fetchTransport, type Transport } from '../transport.ts'
import { scopeBundles } from '../url/okta-scopes.ts'
import type { OrgUrl } from '../url/org.ts'
import type { ConnectionTexts } from './connection-texts.ts'
import { Exchanges } from './exchanges.ts'
import type { Reading } from './reading.ts'

/** What is examined, and with what. */
export interface DiagnoseOptions {
  readonly connection: ConnectionTexts
  /**
   * The scopes of what the connection is for. Default: those it asks for; for an API token, those that reading the
   * directory and the log takes.
   */
  readonly wants?: readonly string[]
  /** The same org with an admin's credential: what is only likely without it becomes proven. Nothing is changed with it. */
  readonly admin?: Org
  /** Hosts that the operator allowed as custom domains. */
  readonly customDomains?: readonly string[]
  /** Allows a loopback org: the emulator. */
  readonly dev?: boolean
  readonly transport?: Transport
  readonly clock?: Clock
  /** A number in [0, 1), for jitter. */
  readonly random?: () => number
  /** That of the connection, where other work shares its rate limits. */
  readonly pacer?: Pacer
  /** The runtime's test for a key's primes. */
  readonly isProbablePrime?: PrimeTest
  /** The longest one request may take. Default 8 s. */
  readonly timeoutMs?: number
  /** The longest the whole diagnosis may take. Default 40 s. */
  readonly totalMs?: number
  readonly signal?: AbortSignal
}

/** What checks learn, for those that build on them. */
export interface Facts {
  readonly org: OrgUrl
  readonly clientId: string
  readonly key: PrivateKey
  readonly scopes: readonly string[]
  /** What of the service app's credential is neither client id nor key nor scopes. */
  readonly settings: Omit<ServiceAppCredential, 'kind' | 'clientId' | 'key' | 'scopes'>
  readonly apiToken: Secret
  readonly client: Org
  readonly token: Token
  /** The user behind an API token. */
  readonly ownerId: string
  readonly readings: readonly Reading[]
  /** The first page of users, in the size that a walk uses. */
  readonly sampleOfUsers: readonly Uint8Array[]
}

// A sign-in page that answers in the place of an org is to be told from what is too large for anything.
const MAX_PAGE_BYTES = 262_144

/** The state of one diagnosis. */
export class Examination {
  readonly connection: ConnectionTexts
  readonly kind: Credential['kind']
  readonly admin: Org | undefined
  readonly exchanges: Exchanges
  readonly clock: Clock
  readonly random: () => number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly options: DiagnoseOptions
  #facts: Partial<Facts> = {}

  /** @param signal - ends the diagnosis: the caller's, or that of the time allowed. */
  constructor(options: DiagnoseOptions, signal: AbortSignal) {
    this.options = options
    this.connection = options.connection
    this.admin = options.admin
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? randomFraction
    this.timeoutMs = options.timeoutMs ?? 8_000
    this.exchanges = new Exchanges(options.transport ?? fetchTransport, this.clock)
    this.signal = signal
    const { apiToken, key } = options.connection
    this.kind = apiToken !== undefined && key === undefined ? 'api-token' : 'service-app'
  }

  /** Keeps what a check found out. */
  learn(facts: Partial<Facts>): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /** What an earlier check learned. A check names those it builds on in its `needs`, so that this never throws. */
  known<Name extends keyof Facts>(name: Name): Facts[Name] {
    const fact = this.#facts[name]
    if (fact === undefined) throw new Error(`A check used ${name} and does not need its check.`)
    return fact as Facts[Name]
  }

  /** What an earlier check learned, if it did. */
  find<Name extends keyof Facts>(name: Name): Facts[Name] | undefined {
    return this.#facts[name]
  }

  /** Reads what is there for everybody. @throws {UpstreamError} */
  readPublicDocument(
    url: string,
    { timeoutMs = this.timeoutMs }: Pick<DocumentOptions, 'timeoutMs'> = {},
  ): Promise<PublicDocument> {
    const { transport } = this.exchanges
    const maxBytes = MAX_PAGE_BYTES
    return readPublicDocument(url, { transport, timeoutMs, maxBytes, signal: this.signal })
  }

  /** What the connection is for, as scopes. */
  get wants(): readonly string[] {
    return this.options.wants ?? this.find('scopes') ?? [...scopeBundles['read-only'].scopes]
  }
}
