/** @module Authorises with the credential that a connection has now, so that whoever holds its client need not open it anew. */

import type { ApiAnswer, ApiRequest, Authorization, Authorizer, OrgUrl } from '@postern/core'

/** Who authorises at the moment. */
export interface Present {
  /** Undefined where it has to be looked up. */
  known(): Authorizer | undefined
  /** Rejects where the connection is gone. */
  find(): Promise<Authorizer>
}

/** Asks for the present authorizer at each attempt. */
export class FollowingAuthorizer implements Authorizer {
  readonly org: OrgUrl
  readonly #present: Present
  #latest: Authorizer

  constructor(first: Authorizer, present: Present) {
    this.org = first.org
    this.#latest = first
    this.#present = present
  }

  /** Where the credential is replaced while its token is waited for, whatever came of that does not count any more. */
  async authorize(request: ApiRequest): Promise<Authorization> {
    for (let authorizer = await this.#present.find(); ; ) {
      const asked = authorizer.authorize(request)
      await asked.catch(() => undefined)
      request.signal?.throwIfAborted()
      const present = this.#present.known() ?? (await this.#present.find())
      if (present === authorizer) {
        const authorization = await asked
        this.#latest = authorizer
        return authorization
      }
      authorizer = present
    }
  }

  authorizeAtOnce(request: ApiRequest): Authorization | undefined {
    const authorizer = this.#present.known()
    const authorization = authorizer?.authorizeAtOnce?.(request)
    if (authorizer !== undefined && authorization !== undefined) this.#latest = authorizer
    return authorization
  }

  async shouldRetry(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean> {
    const usedBy = used.by ?? this.#latest
    // The credential was replaced meanwhile: the next attempt has the new one.
    if (answer.status === 401 && usedBy !== (await this.#present.find())) return true
    return usedBy.shouldRetry(request, used, answer)
  }

  observe(headers: ApiAnswer['headers']): void {
    this.#latest.observe?.(headers)
  }

  now(): Date {
    return this.#latest.now()
  }

  grantedScopes(): readonly string[] | undefined {
    return this.#present.known()?.grantedScopes?.()
  }
}
