/** @module Asks a token endpoint until there is a token or a reason: cures what can be cured, waits where waiting helps. */

import { type Assertion, signAssertion } from '../assertion/assertion.ts'
import { defaultLifetimeSeconds } from '../assertion/claims.ts'
import { type Clock, type ClockReading, describeOffset, OrgClock } from '../clock.ts'
import { DpopProver, type Proof } from '../proof/proof.ts'
import { waitBeforeRetry } from '../retry.ts'
import type { AnswerHeaders, Transport } from '../transport.ts'
import { type OrgUrl, requireOrgUrl } from '../url/org.ts'
import { issuerUrl, tokenUrl } from '../url/token-url.ts'
import { type ServiceAppCredential, tokenRequestHeaders } from './credential.ts'
import { type Refusal, TokenError } from './errors.ts'
import { type GrantAnswer, requestGrant } from './grant.ts'
import type { Cure } from './refusals.ts'
import type { TokenStep } from './steps.ts'
import type { Token } from './token.ts'

/** What a {@link TokenEndpoint} works with. */
export interface TokenEndpointOptions {
  readonly org: OrgUrl
  readonly credential: ServiceAppCredential
  readonly transport: Transport
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
  /** The longest one attempt may take. */
  readonly timeoutMs: number
  /** How many attempts may end without a word about the credential, such as 429, 5xx or a broken connection. Default 4. */
  readonly maxFailures?: number
  readonly onStep?: ((step: TokenStep) => void) | undefined
}

/** One attempt: what it was built with, and what came of it. */
interface Attempt {
  readonly number: number
  readonly proof: Proof | undefined
  readonly signedFor: ClockReading
  readonly answer: GrantAnswer
}

const MAX_FAILURES = 4
const RETRIED_CODES = [
  'upstream_timeout',
  'upstream_connection_lost',
  'upstream_unavailable',
  'rate_limited',
]

/**
 * One org's token endpoint as one service app sees it.
 *
 * Remembers what its answers teach: the org's clock, whether DPoP is required, the nonce, and that a shorter assertion
 * life is needed. Every HTTP attempt has a new assertion (Okta spends its `jti` even on a nonce challenge) and a new proof.
 *
 * @see Okta, "Implement OAuth for Okta with a service app"; "Configure OAuth 2.0 Demonstrating Proof-of-Possession"
 */
export class TokenEndpoint {
  readonly url: string
  readonly orgClock: OrgClock
  readonly #options: TokenEndpointOptions
  readonly #issuerUrl: string
  readonly #headers: Readonly<Record<string, string>>
  #prover: Promise<DpopProver> | undefined
  #dpopRequired: boolean
  #lifetimeSeconds: number

  constructor(options: TokenEndpointOptions) {
    const { org, credential, clock } = options
    requireOrgUrl(org)
    this.#options = options
    this.url = tokenUrl(org, credential.authorizationServerId)
    this.#issuerUrl = issuerUrl(org, credential.authorizationServerId)
    this.orgClock = new OrgClock(clock)
    this.#headers = tokenRequestHeaders(credential.headers)
    this.#dpopRequired = credential.dpopRequired ?? false
    this.#lifetimeSeconds = credential.assertion?.lifetimeSeconds ?? defaultLifetimeSeconds
  }

  /** Whether token requests carry a proof: chosen, or learned from the org. */
  get dpopRequired(): boolean {
    return this.#dpopRequired
  }

  /** The prover whose key the tokens are bound to; made at the first use. */
  prover(): Promise<DpopProver> {
    this.#prover ??= DpopProver.create()
    return this.#prover
  }

  /** A fresh assertion for one attempt. */
  assertion(): Promise<Assertion> {
    const { credential } = this.#options
    const { issuer, subject, audience, additionalClaims } = credential.assertion ?? {}
    return signAssertion(credential.key, {
      issuer,
      subject,
      audience,
      additionalClaims,
      lifetimeSeconds: this.#lifetimeSeconds,
      clientId: credential.clientId,
      tokenUrl: this.url,
      issuerUrl: this.#issuerUrl,
      now: this.orgClock.now(),
    })
  }

  /** A fresh proof for one attempt. */
  async proof(): Promise<Proof> {
    const prover = await this.prover()
    const now = this.orgClock.now()
    return prover.prove({ method: 'POST', url: this.url, endpoint: 'token', now })
  }

  /**
   * Gets a new token.
   *
   * @throws {TokenError} when the org refuses; the remedy says what to change.
   * @throws {UpstreamError} when no usable answer came within the retries.
   */
  async request(scopes: readonly string[], signal?: AbortSignal): Promise<Token> {
    const cured = new Set<Cure>()
    let failures = 0
    for (let number = 1; ; number++) {
      const attempt = await this.#attempt(number, scopes, signal)
      const { answer } = attempt
      if (answer.kind === 'token') return this.#granted(number, answer.token)
      if (answer.kind === 'refused' && !RETRIED_CODES.includes(answer.refusal.error.code)) {
        await this.#cureOrThrow(attempt, answer.refusal, cured)
      } else {
        failures++
        await this.#waitOrThrow(attempt, answer, failures, signal)
      }
    }
  }

  async #attempt(
    number: number,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const { credential, transport, timeoutMs, onStep } = this.#options
    signal?.throwIfAborted()
    const signedFor = this.orgClock.read()
    const assertion = await this.assertion()
    const proof = this.#dpopRequired ? await this.proof() : undefined
    onStep?.({ step: 'request', attempt: number, url: this.url, proof: proofKind(proof) })
    const answer = await requestGrant(
      {
        tokenUrl: this.url,
        issuerUrl: this.#issuerUrl,
        clientId: credential.clientId,
        scopes,
        assertion,
        assertionParameter: credential.assertionParameter ?? 'client_assertion',
        headers: this.#headers,
        proof,
      },
      { transport, timeoutMs, signal },
    )
    await this.#learn(answer.headers)
    return { number, proof, signedFor, answer }
  }

  async #learn(headers: AnswerHeaders | undefined): Promise<void> {
    if (headers === undefined) return
    this.orgClock.observe(headers)
    if (!headers.has('dpop-nonce')) return
    const prover = await this.prover()
    prover.learnNonce({ url: this.url, endpoint: 'token' }, headers)
  }

  #granted(number: number, granted: Omit<Token, 'expiresAt'>): Token {
    const { clock, onStep } = this.#options
    const expiresAt = new Date(clock.now().getTime() + granted.expiresInSeconds * 1_000)
    const token = { ...granted, expiresAt }
    onStep?.({ step: 'granted', attempt: number, token })
    return token
  }

  /** Waits as long as a failed attempt calls for. @throws the failure when another attempt would not help. */
  async #waitOrThrow(
    attempt: Attempt,
    answer: Exclude<GrantAnswer, { kind: 'token' }>,
    failures: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { clock, random, maxFailures = MAX_FAILURES, onStep } = this.#options
    const error = answer.kind === 'failed' ? answer.error : answer.refusal.error
    const failed = {
      attempt: failures,
      // A 400 `temporarily_unavailable` is a 503 in all but name.
      status: answer.kind === 'failed' ? answer.status : 503,
      headers: answer.headers,
      orgTime: this.orgClock.now(),
    }
    const waitMs = RETRIED_CODES.includes(error.code)
      ? waitBeforeRetry(failed, { maxAttempts: maxFailures, random })
      : undefined
    const step = { step: 'failed', attempt: attempt.number, error } as const
    onStep?.(waitMs === undefined ? step : { ...step, waitMs })
    if (waitMs === undefined) throw error
    await clock.sleep(waitMs, { signal })
  }

  /** Changes what the next attempt does, each change at most once. @throws the refusal when nothing is left to change. */
  async #cureOrThrow(attempt: Attempt, refusal: Refusal, cured: Set<Cure>): Promise<void> {
    const { onStep } = this.#options
    const cure = refusal.known?.cure
    if (cure !== undefined && !cured.has(cure) && (await this.#apply(cure, attempt))) {
      cured.add(cure)
      onStep?.({ step: 'refused', attempt: attempt.number, error: refusal.error, cure })
      return
    }
    const error = this.#finalError(attempt, refusal)
    onStep?.({ step: 'refused', attempt: attempt.number, error })
    throw error
  }

  /** Whether the cure changed anything for the next attempt. */
  async #apply(cure: Cure, attempt: Attempt): Promise<boolean> {
    switch (cure) {
      case 'switch-dpop-on':
        return attempt.proof === undefined && this.#switchDpopOn()
      case 'use-nonce': {
        const nonce = (await this.prover()).nonce({ url: this.url, endpoint: 'token' })
        if (nonce === undefined || nonce === attempt.proof?.claims.nonce) return false
        return this.#switchDpopOn()
      }
      case 'correct-clock':
        return this.orgClock.isCorrectedSince(attempt.signedFor)
      case 'shorten-lifetime': {
        const shortened = this.#lifetimeSeconds > defaultLifetimeSeconds
        if (shortened) this.#lifetimeSeconds = defaultLifetimeSeconds
        return shortened || this.orgClock.isCorrectedSince(attempt.signedFor)
      }
    }
  }

  #switchDpopOn(): boolean {
    if (this.#options.credential.dpopRequired === false) return false
    this.#dpopRequired = true
    return true
  }

  /** What the org's clock shows, where its answers tell the time. */
  #clockError({ error, okta }: Refusal): TokenError {
    const { remedy } = error
    const { measuredMs } = this.orgClock
    if (measuredMs === undefined) {
      const observed = `${error.message} Its answers do not say what time it is.`
      return new TokenError('clock_skew', observed, {
        remedy,
        details: error.details,
        cause: error,
      })
    }
    // Below it, a difference is none.
    const isNone = Math.abs(measuredMs) < OrgClock.resolutionMs
    const offsetSeconds = isNone ? 0 : Math.round(measuredMs / 1_000)
    const seconds = Math.abs(offsetSeconds)
    const observed = isNone
      ? error.message
      : `${describeOffset(offsetSeconds)}, and the org refused: ${okta.errorDescription}`
    const details = { ...error.details, detail: `${seconds} s`, offsetSeconds }
    return new TokenError('clock_skew', observed, { remedy, details, cause: error })
  }

  /** The refusal as the caller gets it, with what this endpoint knows beside it. */
  #finalError(attempt: Attempt, refusal: Refusal): TokenError {
    const { error } = refusal
    if (error.code === 'clock_skew') return this.#clockError(refusal)
    if (error.code !== 'dpop_nonce_required') return error
    if (this.#options.credential.dpopRequired === false) {
      return new TokenError(
        'dpop_required',
        'The org asks for a DPoP nonce, and DPoP is switched off.',
        {
          remedy: 'The app requires DPoP. Turn DPoP on for this connection (Postern supports it).',
          details: error.details,
          cause: error,
        },
      )
    }
    if (attempt.proof?.claims.nonce !== undefined) {
      return new TokenError(
        'dpop_nonce_loop',
        'The org asked for a DPoP nonce again after one was sent.',
        {
          remedy: "Check the clock, the app's DPoP setting, and that no proxy caches answers.",
          details: error.details,
          cause: error,
        },
      )
    }
    return new TokenError('dpop_nonce_required', 'The org asked for a DPoP nonce and gave none.', {
      remedy: 'Check that no proxy removes the dpop-nonce header from answers.',
      details: error.details,
      cause: error,
    })
  }
}

function proofKind(proof: Proof | undefined): 'none' | 'without-nonce' | 'with-nonce' {
  if (proof === undefined) return 'none'
  return proof.claims.nonce === undefined ? 'without-nonce' : 'with-nonce'
}
