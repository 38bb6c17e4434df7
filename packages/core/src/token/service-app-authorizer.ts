/** @module Authorises with a service app's access token, bound to a DPoP key where the org asks for it. */

import { Secret } from '../secret.ts'
import type { OrgUrl } from '../url/org.ts'
import type { ApiAnswer, ApiRequest, Authorization, Authorizer } from './authorizer.ts'
import { requireOrigin } from './authorizer.ts'
import type { TokenSource } from './source.ts'

/**
 * Sends `Authorization: Bearer …`, or `DPoP …` with a proof for a bound token.
 *
 * @see RFC 6750, section 2.1; RFC 9449, sections 7 and 9
 */
export class ServiceAppAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #source: TokenSource

  constructor(source: TokenSource) {
    this.org = source.org
    this.#source = source
  }

  async authorize(request: ApiRequest): Promise<Authorization> {
    requireOrigin(this.org, request.url)
    const token = await this.#source.token({ signal: request.signal })
    const accessToken = token.accessToken.reveal()
    const authorization = `${token.type} ${accessToken}`
    if (token.type === 'Bearer') return { headers: new Secret({ authorization }), token }
    const prover = await this.#source.endpoint.prover()
    const { method, url } = request
    const now = this.now()
    const proof = await prover.prove({ method, url, endpoint: 'resource', accessToken, now })
    return { headers: new Secret({ authorization, dpop: proof.jwt }), token }
  }

  async shouldRetry(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean> {
    const { endpoint } = this.#source
    endpoint.orgClock.observe(answer.headers.get('date') ?? undefined)
    if (used.token === undefined) return false
    if (await this.#learnNonce(request, used, answer)) return isNonceChallenge(answer)
    const { status, oktaCode } = answer
    const { signal } = request
    const newer = await this.#source.renewAfterRefusal(used.token, { status, oktaCode }, { signal })
    return newer !== undefined
  }

  now(): Date {
    return this.#source.endpoint.orgClock.now()
  }

  /** Okta's APIs send no nonces today; RFC 9449, section 9, lets any resource server begin to. */
  async #learnNonce(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean> {
    if (used.token?.type !== 'DPoP') return false
    const prover = await this.#source.endpoint.prover()
    return prover.learnNonce({ url: request.url, endpoint: 'resource' }, answer.headers)
  }
}

function isNonceChallenge(answer: ApiAnswer): boolean {
  if (answer.status !== 400 && answer.status !== 401) return false
  return /\berror="use_dpop_nonce"/.test(answer.headers.get('www-authenticate') ?? '')
}
