/** @module The errors of the token endpoint: Okta's own words, what they mean, what to do. */

import { PosternError } from '../error.ts'
import { showHostile } from '../hostile.ts'
import type { AnswerHeaders } from '../transport.ts'
import { findRefusal, type KnownRefusal, type RefusalCode } from './refusals.ts'

/** What can go wrong between asking for a token and having one. */
export type TokenErrorCode =
  | RefusalCode
  | 'dpop_nonce_loop'
  | 'token_response_invalid'
  | 'token_type_mismatch'

/** No token. `details.okta` has Okta's own `error`, `errorDescription`, HTTP `status` and `requestId`. */
export class TokenError extends PosternError<TokenErrorCode> {
  override readonly name = 'TokenError'
}

/** A refusal in Okta's own words. Texts are as Okta sent them, made safe to show. */
export interface OktaRefusal {
  readonly status: number
  readonly error: string
  readonly errorDescription: string
  readonly requestId?: string
}

/** A refusal with its meaning. */
export interface Refusal {
  readonly okta: OktaRefusal
  readonly known: Omit<KnownRefusal, 'description'> | undefined
  readonly error: TokenError
}

/**
 * Reads a refusal out of an answer's JSON: the OAuth shape (`error`, `error_description`) or Okta's own (`errorCode`,
 * `errorSummary`). Undefined where the body is neither.
 */
export function parseRefusal(
  status: number,
  headers: AnswerHeaders,
  body: unknown,
): Refusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { error, error_description, errorCode, errorSummary } = body as Record<string, unknown>
  const code = typeof error === 'string' ? error : errorCode
  const text = typeof error === 'string' ? error_description : errorSummary
  if (typeof code !== 'string') return undefined
  const description = typeof text === 'string' ? text : ''
  return refusalOf({
    status,
    error: showHostile(code, { maxCharacters: 64 }),
    errorDescription: showHostile(description),
    ...requestIdOf(headers),
  })
}

/** Okta's id of a request, for its support, where the answer has one. */
export function requestIdOf(headers: AnswerHeaders): { readonly requestId?: string } {
  const requestId = headers.get('x-okta-request-id')
  return requestId ? { requestId: showHostile(requestId, { maxCharacters: 64 }) } : {}
}

function refusalOf(okta: OktaRefusal): Refusal {
  const known = findRefusal(okta.error, okta.errorDescription)
  const said = okta.errorDescription === '' ? '' : `: ${okta.errorDescription}`
  const error = new TokenError(
    known?.code ?? 'auth_refused',
    `The token endpoint answered ${okta.status} ${okta.error}${said}`,
    { remedy: known?.remedy ?? remedyForUnknown(okta), details: { detail: known?.detail, okta } },
  )
  return { okta, known, error }
}

function remedyForUnknown(okta: OktaRefusal): string {
  if (okta.status === 404) {
    return 'Check the org URL and, in the token URL, the id of the authorization server (Security > API).'
  }
  return 'Read the description; if it is not enough, give the request id to Okta support.'
}
