/** @module What authorises requests to an org's APIs, whichever credential is behind it. */

import type { ClockReading } from '../clock.ts'
import { PosternError } from '../error.ts'
import type { Secret } from '../secret.ts'
import type { AnswerHeaders } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import type { Token } from './token.ts'

/** One request as far as its authorisation depends on it. */
export interface ApiRequest {
  readonly method: string
  /** Absolute, with its query. */
  readonly url: string
  readonly signal?: AbortSignal | undefined
}

/** An API's answer as far as a new attempt depends on it. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Okta's `errorCode`, if the body had one. */
  readonly oktaCode?: string | undefined
}

/** What one attempt carries. */
export interface Authorization {
  /** Names in lower case: `authorization`, and `dpop` where the token is bound. For one attempt only. */
  readonly headers: Secret<Readonly<Record<string, string>>>
  /** Absent for an API token. */
  readonly token?: Token
  /** The nonce its proof carried, if any. */
  readonly nonce?: string | undefined
  /** What the org's time was taken to be, where there is a proof. */
  readonly signedFor?: ClockReading
  /** Who gave it. */
  readonly by?: Authorizer
}

/** Authorises requests to one org, and to no other origin. */
export interface Authorizer {
  readonly org: OrgUrl
  /**
   * The headers for one attempt of one request. Every attempt needs new ones: a proof is used once.
   *
   * @throws {AuthorizerError} `auth_foreign_origin` for a URL outside the org.
   */
  authorize(request: ApiRequest): Promise<Authorization>
  /** The same where nothing has to be asked or signed for it; undefined, or left out, where `authorize` has to be waited for. */
  authorizeAtOnce?(request: ApiRequest): Authorization | undefined
  /**
   * Whether the same request, authorised anew, may pass: after a nonce challenge, after a proof refused for its time, or
   * after a token that was no longer good. Each reason counts once for a request, so a caller's loop ends; one object
   * stands for all attempts of a request.
   */
  shouldRetry(request: ApiRequest, used: Authorization, answer: ApiAnswer): Promise<boolean>
  /** Learns the org's time from an answer. */
  observe?(headers: AnswerHeaders): void
  /** The org's time as far as its answers have shown it. */
  now(): Date
  /** The scopes of the token that is held, which may be fewer than were asked for; undefined, or left out, where none is. */
  grantedScopes?(): readonly string[] | undefined
}

/** A request that must not be authorised. */
export class AuthorizerError extends PosternError<'auth_foreign_origin'> {
  override readonly name = 'AuthorizerError'
}

/** @throws {AuthorizerError} `auth_foreign_origin` */
export function requireOrigin(org: OrgUrl, url: string): void {
  // Behind an origin and its slash nothing changes where a URL leads.
  if (url.startsWith(org) && url[org.length] === '/') return
  if (URL.canParse(url) && new URL(url).origin === org) return
  throw new AuthorizerError(
    'auth_foreign_origin',
    `A URL outside ${org} was to carry its credential.`,
    {
      remedy: `Call URLs of ${org} only; a link to another host is not followed.`,
    },
  )
}
