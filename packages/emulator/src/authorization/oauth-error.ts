/** @module The refusals of the authorization servers as answers: JSON with `error` and `error_description`. */

import { type AnswerHeaders, RefusedRequest } from '../http/okta-error.ts'
import { errorId } from '../ids.ts'
import { catalogue } from './oauth-catalogue.ts'

/** The name of a refusal, which is its reason in the System Log. */
export type OauthReason = keyof typeof catalogue

/** What a refusal says beside its name. */
export interface OauthErrorOptions {
  /** What stands for `{0}` in the text. */
  readonly list?: readonly string[]
  readonly status?: number
  readonly headers?: AnswerHeaders
}

/** A refusal of an authorization server: JSON with `error` and `error_description`. */
export class OauthRefusal extends RefusedRequest {
  override readonly name = 'OauthRefusal'
  readonly reason: OauthReason

  constructor(reason: OauthReason, options: OauthErrorOptions = {}) {
    const { status, error, description } = describeRefusal(reason, options.list)
    const body = { error, error_description: description }
    super(options.status ?? status, body, options.headers)
    this.reason = reason
  }
}

/** Status, `error` and `error_description` of a refusal. */
export function describeRefusal(
  reason: OauthReason,
  list: readonly string[] = [],
): { readonly status: number; readonly error: string; readonly description: string } {
  const [status, error, text] = catalogue[reason]
  // A function, so that a `$` in what a caller sent means nothing.
  return { status, error, description: text.replace('{0}', () => list.join(', ')) }
}

/** The refusal of a name. */
export function oauthError(reason: OauthReason, options?: OauthErrorOptions): OauthRefusal {
  return new OauthRefusal(reason, options)
}

/** The shape of older answers: an error object of the management API with the words of OAuth in it. */
export function olderShape({ status, reason }: OauthRefusal): RefusedRequest {
  const { error, description } = describeRefusal(reason)
  return new RefusedRequest(status, {
    errorCode: error,
    errorSummary: description,
    errorLink: error,
    errorId: errorId(),
    errorCauses: [],
  })
}
