/** @module What a caller is told when something is refused: an RFC 9457 problem, with a code and a remedy. */

import { PosternError } from '@postern/core'
import type { Answer } from './incoming.ts'
import { statusOf } from './problem-status.ts'

/** One member of a request that was refused. */
export interface FieldProblem {
  readonly in: 'body' | 'query' | 'path'
  /** Where in it: `orgUrl`, `rules[0].verbs`; empty for the whole. */
  readonly path: string
  readonly message: string
  readonly code?: string | undefined
  readonly remedy?: string | undefined
  /** The field of a form, and the flag of a command, that set it. */
  readonly field?: string | undefined
  readonly flag?: string | undefined
}

/**
 * The body of every refusal.
 *
 * @see RFC 9457, section 3 - members of a problem details object
 */
export interface Problem {
  /** `urn:postern:problem:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** What was observed. */
  readonly detail: string
  readonly code: string
  readonly remedy: string
  readonly requestId: string
  /** Facts for programs; what Okta said is under `okta`. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Every member that was refused. */
  readonly problems?: readonly FieldProblem[]
}

/** The header that tells an answer of the org (`org`) from a refusal of Postern (`postern`). */
export const answeredByHeader = 'postern-answered-by'

/** What the server itself refuses. */
export type ServerErrorCode =
  | 'access_denied'
  | 'access_key_expired'
  | 'access_key_invalid'
  | 'access_header_refused'
  | 'event_not_found'
  | 'key_set_not_found'
  | 'object_not_kept'
  | 'page_not_built'
  | 'request_abandoned'
  | 'request_invalid'
  | 'request_malformed'
  | 'request_too_large'
  | 'request_media_type'
  | 'request_cross_origin'
  | 'request_host_unknown'
  | 'request_too_many'
  | 'route_not_found'
  | 'route_method'
  | 'server_failed'
  | 'server_unreachable'
  | 'store_unreachable'

/** A request that the server refuses. */
export class ServerError extends PosternError<ServerErrorCode> {
  override readonly name = 'ServerError'
}

/** The refusal of an access key that is missing, wrong, expired or revoked, in the same words. */
export function accessKeyInvalid(): ServerError {
  return new ServerError('access_key_invalid', 'The request has no access key that is good here.', {
    remedy: 'Send one as Authorization: Bearer; `postern access add` makes one.',
  })
}

/** The refusal of what a page of another origin has a browser send. */
export function crossOrigin(): ServerError {
  return new ServerError(
    'request_cross_origin',
    'The request comes from a page of another origin.',
    { remedy: 'Call the API from a program, or from a page that this server serves.' },
  )
}

/** The problem that an error is told as. An error that nobody planned may quote anything, so nothing of it is told. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const error = thrown instanceof PosternError ? thrown : unexpected
  const status = statusOf(error.code)
  const problems = fieldProblemsOf(error)
  const { problems: _, ...details } = error.details
  return {
    type: `urn:postern:problem:${error.code}`,
    title: titleOf(error.code),
    status,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
    requestId,
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(problems ? { problems } : {}),
  }
}

/** The same problem for a client that knows the org's own refusals only, and shows nothing of any other. */
export function asOktaError(problem: Problem): Problem {
  const { code: errorCode, detail, remedy, type: errorLink, requestId: errorId } = problem
  const members = { errorCode, errorSummary: `${detail} ${remedy}`, errorLink, errorId }
  return Object.assign(problem, members, { errorCauses: [] })
}

/** The answer that carries a problem. */
export function problemAnswer(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'x-request-id': problem.requestId,
      'cache-control': 'no-store',
      [answeredByHeader]: 'postern',
      ...headers,
    },
    body: JSON.stringify(problem),
  }
}

const unexpected = new ServerError('server_failed', 'Postern failed in a way it should not.', {
  remedy: 'Look for the request id in the log of the server, and report what stands there.',
})

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** An error that judges a form or a request has its refusals as `problems`; a form names the member of the body. */
function fieldProblemsOf(error: PosternError): readonly FieldProblem[] | undefined {
  const problems = error.details['problems']
  if (!Array.isArray(problems)) return undefined
  return problems.map((problem) =>
    'in' in problem ? problem : { in: 'body', path: problem.member, ...problem },
  )
}
