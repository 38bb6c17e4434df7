/** @module One request to an org's API, and its answer. */

import { decodeText } from '../base64url.ts'
import { PosternError } from '../error.ts'
import { isReservedHeader } from '../token/credential.ts'
import { type AnswerHeaders, UpstreamError } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import type { Priority } from './rate-limit.ts'

/** Values of a query; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** One request to an org. */
export interface OrgRequest {
  /** Default GET. */
  readonly method?: string
  /** The path on the org, such as `/api/v1/users`; it may have a query of its own. */
  readonly path: string
  readonly query?: Query
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Default `interactive`. */
  readonly priority?: Priority | undefined
  /** Whether it may be sent again when it is not known whether it was done. Default: by its method (RFC 9110, section 9.2.2). */
  readonly retryable?: boolean
  /** What a 500 does to a read: repeated by default; a list would rather ask for less. */
  readonly onServerError?: 'repeat' | 'throw'
  /** Attempts that end without an answer or with one that may be better next time; the first one included. Default 5. */
  readonly maxAttempts?: number
  /** The longest one attempt may take. Default: that of the org. */
  readonly timeoutMs?: number
  /** The largest body taken, decoded. Default 32 MiB. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal | undefined
}

/** An answer. That of `request` has a status from 200 to 299. */
export interface OrgAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Uint8Array<ArrayBuffer>
  readonly requestId?: string
  /** How many times it was sent. */
  readonly attempts: number
  /** Milliseconds spent waiting for the rate limit and between attempts. */
  readonly waitedMs: number
  /**
   * The body's JSON; undefined where there is no body.
   *
   * @throws {UpstreamError} `upstream_bad_response`
   */
  json(): unknown
}

/** What can be wrong with a request before it is sent. */
export type RequestErrorCode = 'request_path_invalid' | 'request_header_refused'

/** A request that is not sent. */
export class RequestError extends PosternError<RequestErrorCode> {
  override readonly name = 'RequestError'
}

/**
 * The URL of a request on an org.
 *
 * The path stays on the org: one slash at its start, no dot segments however they are written, no backslash, no fragment.
 *
 * @throws {RequestError} `request_path_invalid`
 */
export function requestUrl(org: OrgUrl, path: string, query: Query = {}): URL {
  const url = URL.parse(path, org)
  const [pathname = ''] = path.split('?', 1)
  if (url === null || url.origin !== org || !isPlainPath(pathname) || url.hash !== '') {
    throw new RequestError('request_path_invalid', `The path does not stay on ${org}.`, {
      remedy:
        'Write a path of the org that begins with one slash, such as /api/v1/users, without dot segments.',
    })
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

function isPlainPath(pathname: string): boolean {
  if (!/^\/(?!\/)[\x21-\x7e\u00a0-\uffff ]*$/.test(pathname) || /[\\#]/.test(pathname)) return false
  return !/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(pathname)
}

/**
 * The headers of a request, names in lower case, without its authorisation.
 *
 * @throws {RequestError} `request_header_refused` for one that Postern or the connection computes.
 */
export function requestHeaders({
  headers = {},
  body,
}: Pick<OrgRequest, 'headers' | 'body'>): Record<string, string> {
  const sent: Record<string, string> = { accept: 'application/json', 'user-agent': 'postern' }
  if (body !== undefined) sent['content-type'] = 'application/json'
  for (const [givenName, value] of Object.entries(headers)) {
    const name = givenName.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/.test(name) || !/^[\x20-\x7e]{0,1024}$/.test(value)) {
      throw headerError('A header has a name or value that HTTP does not allow.')
    }
    if (isReservedHeader(name)) {
      throw headerError(`The header ${name} is computed by Postern or the connection.`)
    }
    sent[name] = value
  }
  return sent
}

function headerError(observed: string): RequestError {
  const remedy = 'Remove the header.'
  return new RequestError('request_header_refused', observed, { remedy })
}

/** The JSON of a body; undefined where it is empty. @throws {UpstreamError} `upstream_bad_response` */
export function parseAnswer(body: Uint8Array, what: string): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(decodeText(body))
  } catch {
    // The parser's own message quotes the text.
    throw new UpstreamError('upstream_bad_response', `${what} was answered with what is no JSON.`, {
      remedy: 'Check for a proxy or a sign-in page that answers in the place of Okta.',
    })
  }
}

/**
 * Refuses what somebody else may have answered in the place of Okta.
 *
 * @param what - the request as a person would name it: `POST /api/v1/groups`.
 * @throws {UpstreamError} `upstream_bad_response` for a body that is neither empty nor JSON, nor says that it is something else.
 */
export function requireReadable(
  { headers, body }: Pick<OrgAnswer, 'headers' | 'body'>,
  what: string,
): void {
  const type = headers.get('content-type') ?? ''
  if (body.length > 0 && (type === '' || /json|html/i.test(type))) parseAnswer(body, what)
}
