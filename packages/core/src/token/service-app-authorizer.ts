/** @module Authorises with a service app's access token, bound to a DPoP key where the org asks for it. */

import { Secret } from '../secret.ts'
import type { AnswerHeaders } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import type { ApiAnswer, ApiRequest, Authorization, Authorizer } from './authorizer.ts'
import { requireOrigin } from './authorizer.ts'
import type { TokenSource } from './source.ts'
import type { Token } from './token.ts'

/**
 * Sends `Authorization: Bearer …`, or `DPoP …` with a proof for a bound token.
 *
 * @see RFC 6750, section 2.1; RFC 9449, sections 7 and 9
 */
export class ServiceAppAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #source: TokenSource
  readonly #reasons = new WeakMap<ApiRequest, Set<string>>()

  constructor(source: TokenSource) {
    this.org = source.org
    this.#source = source
  }

  async authorize(request: ApiRequest): Promise<Authorization> {
    requireOrigin(this.org, request.url)
    const token = await this.#source.token({ signal: request.signal })
    return token.type === 'Bearer' ? this.#bearer(token) : this.#bound(token, request)
  }

  authorizeAtOnce(request: ApiRequest): Authorization | undefined {
    requireOrigin(this.org, request.url)
    const token = this.#source.kept()
    return token?.type === 'Bearer' ? this.#bearer(token) : undefined
  }

  grantedScopes(): readonly string[] | undefined {
    return this.#source.held()?.scopes
  }

  #bearer(token: Token): Authorization {
    const headers = new Secret({ authorization: `Bearer ${token.accessToken.reveal()}` })
    return { by: this, headers, token }
  }

  /** A proof goes with a bound token. */
  async #bound(token: Token, request: ApiRequest): Promise<Authorization> {
    const { orgClock } = this.#source.endpoint
    const signedFor = orgClock.read()
    const accessToken = token.accessToken.reveal()
    const prover = await this.#source.endpoint.prover()
    const { method, url } = request
    const now = orgClock.now()
    const proof = await prover.prove({ method, url, endpoint: 'resource', accessToken, now })
    const headers = new Secret({ authorization: `DPoP ${accessToken}`, dpop: proof.jwt })
    return { by: this, headers, token, signedFor, nonce: proof.claims.nonce }
  }

  async shouldRetry(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean> {
    this.observe(answer.headers)
    const nonce = await this.#learnNonce(request, used, answer)
    if (isRefusedProof(answer, 'use_dpop_nonce')) {
      return nonce !== used.nonce && this.#isFirst(request, 'nonce')
    }
    if (isRefusedProof(answer, 'invalid_dpop_proof')) {
      const { orgClock } = this.#source.endpoint
      const isCorrected = used.signedFor !== undefined && orgClock.isCorrectedSince(used.signedFor)
      return isCorrected && this.#isFirst(request, 'clock')
    }
    if (used.token === undefined || answer.status !== 401) return false
    if (!this.#isFirst(request, 'token')) return false
    const { status, oktaCode } = answer
    const { signal } = request
    const newer = await this.#source.renewAfterRefusal(used.token, { status, oktaCode }, { signal })
    return newer !== undefined
  }

  observe(headers: AnswerHeaders): void {
    this.#source.endpoint.orgClock.observe(headers)
  }

  now(): Date {
    return this.#source.endpoint.orgClock.now()
  }

  /**
   * The nonce for the next proof. Okta's APIs send none today; RFC 9449, section 9, lets any resource server begin to.
   */
  async #learnNonce(
    request: ApiRequest,
    used: Authorization,
    answer: ApiAnswer,
  ): Promise<string | undefined> {
    if (used.token?.type !== 'DPoP') return undefined
    const prover = await this.#source.endpoint.prover()
    const place = { url: request.url, endpoint: 'resource' } as const
    prover.learnNonce(place, answer.headers)
    return prover.nonce(place)
  }

  /** Whether this reason to try again comes up for the first time in this request. */
  #isFirst(request: ApiRequest, reason: string): boolean {
    const reasons = this.#reasons.get(request) ?? new Set()
    this.#reasons.set(request, reasons)
    if (reasons.has(reason)) return false
    reasons.add(reason)
    return true
  }
}

/** Whether an API refused the proof for this reason. @see RFC 9449, sections 7.1 and 9 */
function isRefusedProof(answer: ApiAnswer, error: string): boolean {
  if (answer.status !== 400 && answer.status !== 401) return false
  return (answer.headers.get('www-authenticate') ?? '').includes(`error="${error}"`)
}
