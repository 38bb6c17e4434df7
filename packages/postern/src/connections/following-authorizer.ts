/** @module Authorises with the credential that a connection has now, so that whoever holds its client need not open it anew. */

import type { ApiAnswer, ApiRequest, Authorization, Authorizer, OrgUrl } from '@postern/core'

/** Asks for the present authorizer at each attempt. */
export class FollowingAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #present: () => Promise<Authorizer>
  readonly #usedBy = new WeakMap<Authorization, Authorizer>()
  #latest: Authorizer

  /** @param present - rejects where the connection is gone. */
  constructor(first: Authorizer, present: () => Promise<Authorizer>) {
    this.org = first.org
    this.#latest = first
    this.#present = present
  }

  async authorize(request: ApiRequest): Promise<Authorization> {
    const authorizer = await this.#present()
    const authorization = await authorizer.authorize(request)
    this.#latest = authorizer
    this.#usedBy.set(authorization, authorizer)
    return authorization
  }

  async shouldRetry(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean> {
    const usedBy = this.#usedBy.get(used) ?? this.#latest
    // The credential was replaced meanwhile: the next attempt has the new one.
    if (answer.status === 401 && usedBy !== (await this.#present())) return true
    return usedBy.shouldRetry(request, used, answer)
  }

  now(): Date {
    return this.#latest.now()
  }
}
