/** @module Authorises with Okta's static API token. */

import { type Clock, OrgClock } from '../clock.ts'
import { Secret } from '../secret.ts'
import type { AnswerHeaders } from '../transport.ts'
import { type OrgUrl, requireOrgUrl } from '../url/org.ts'
import type { ApiAnswer, ApiRequest, Authorization, Authorizer } from './authorizer.ts'
import { requireOrigin } from './authorizer.ts'
import { type ApiTokenCredential, checkApiToken } from './credential.ts'

/**
 * Sends `Authorization: SSWS …`.
 *
 * @see Okta, "Create an API token" - the scheme, and that a token dies after 30 unused days
 */
export class ApiTokenAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #credential: ApiTokenCredential
  readonly #orgClock: OrgClock

  /** @throws {CredentialError} `credential_api_token` */
  constructor(org: OrgUrl, credential: ApiTokenCredential, clock: Clock) {
    requireOrgUrl(org)
    checkApiToken(credential)
    this.org = org
    this.#credential = credential
    this.#orgClock = new OrgClock(clock)
  }

  async authorize(request: ApiRequest): Promise<Authorization> {
    requireOrigin(this.org, request.url)
    const authorization = `SSWS ${this.#credential.apiToken.reveal()}`
    return { by: this, headers: new Secret({ authorization }) }
  }

  async shouldRetry(
    _request: ApiRequest,
    _used: Authorization,
    answer: ApiAnswer,
  ): Promise<boolean> {
    this.observe(answer.headers)
    return false
  }

  observe(headers: AnswerHeaders): void {
    this.#orgClock.observe(headers)
  }

  now(): Date {
    return this.#orgClock.now()
  }
}
