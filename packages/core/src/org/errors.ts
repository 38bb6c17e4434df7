/** @module What an org's API refused: Okta's own words, what they mean, what to do. */

import { decodeText } from '../base64url.ts'
import { describeOffset } from '../clock.ts'
import { PosternError } from '../error.ts'
import { showHostile } from '../hostile.ts'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'
import { requestIdOf } from '../token/errors.ts'
import { type AnswerHeaders, UpstreamError, type UpstreamErrorCode } from '../transport.ts'
import { parseChallenge } from './challenge.ts'
import { type ApiErrorCode, type ApiRefusal, type KnownAnswer, meaningOf } from './refusals.ts'

/** An API answered, and the answer is a refusal. `details.okta` has Okta's own words. */
export class ApiError extends PosternError<ApiErrorCode> {
  override readonly name = 'ApiError'
  readonly okta: ApiRefusal

  constructor(
    known: KnownAnswer,
    observed: string,
    okta: ApiRefusal,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(known.code, observed, { remedy: known.remedy, details: { okta, ...details } })
    this.okta = okta
  }
}

// Okta's error objects are flat; what is deeper is none.
const MAX_DEPTH = 8
const MAX_CAUSES = 5

/** Reads a refusal out of an answer: Okta's error object, an OAuth error, or an empty body with a challenge. */
export function readRefusal(status: number, headers: AnswerHeaders, body: Uint8Array): ApiRefusal {
  const members = membersOf(body)
  const challenge = parseChallenge(headers.get('www-authenticate') ?? '')
  return {
    status,
    ...textMember('errorCode', members, ['errorCode', 'error']),
    ...textMember('errorSummary', members, ['errorSummary', 'error_description', 'message']),
    causes: causesOf(members),
    ...requestIdOf(headers),
    ...(challenge === undefined ? {} : { challenge }),
  }
}

function membersOf(body: Uint8Array): JsonObject {
  try {
    const parsed = parseJson(decodeText(body), { maxDepth: MAX_DEPTH })
    return parsed.ok && isJsonObject(parsed.value) ? parsed.value : {}
  } catch {
    // What is not UTF-8 is no error object either.
    return {}
  }
}

function textMember(
  name: 'errorCode' | 'errorSummary',
  members: JsonObject,
  from: readonly string[],
): { readonly [member in typeof name]?: string } {
  const text = from.map((member) => members[member]).find((value) => typeof value === 'string')
  return typeof text === 'string' ? { [name]: showHostile(text) } : {}
}

function causesOf({ errorCauses }: JsonObject): readonly string[] {
  if (!Array.isArray(errorCauses)) return []
  return errorCauses.slice(0, MAX_CAUSES).flatMap((cause) => {
    const text = isJsonObject(cause) ? cause['errorSummary'] : undefined
    return typeof text === 'string' ? [showHostile(text)] : []
  })
}

/**
 * The error for an answer that is no success. @param what - the request as a person would name it: `GET /api/v1/users`.
 */
export function answerError(what: string, okta: ApiRefusal): ApiError | UpstreamError {
  const { status } = okta
  const observed = `${what} was answered ${describe(okta)}.`
  const failure = failureOf(status)
  if (failure === undefined) return refusalError(meaningOf(okta), observed, okta)
  const [code, remedy] = failure
  return new UpstreamError(code, observed, { remedy, details: { status, okta } })
}

function refusalError(known: KnownAnswer, observed: string, okta: ApiRefusal): ApiError {
  const { offsetSeconds } = okta
  if (known.code !== 'clock_skew' || offsetSeconds === undefined)
    return new ApiError(known, observed, okta)
  return new ApiError(known, `${describeOffset(offsetSeconds)}: ${observed}`, okta, {
    offsetSeconds,
  })
}

/** Statuses that say nothing about the request or the credential. */
function failureOf(status: number): readonly [code: UpstreamErrorCode, remedy: string] | undefined {
  if (status === 429) {
    return [
      'rate_limited',
      'Okta’s rate limit was reached. Postern waits for the reset by itself; ask again later.',
    ]
  }
  if (status === 408 || (status >= 500 && status !== 501 && status < 600)) {
    return [
      'upstream_unavailable',
      'Okta answered with a server error. Postern retries with growing pauses; see status.okta.com.',
    ]
  }
  if (status >= 300 && status < 400) {
    return [
      'upstream_redirect_refused',
      'Check the org URL: is it the org host and not a sign-in page? Redirects are not followed.',
    ]
  }
  if (status < 200 || status >= 600) {
    return ['upstream_bad_response', 'Check for a proxy that answers in the place of Okta.']
  }
  return undefined
}

function describe({ status, errorCode, errorSummary, causes, challenge }: ApiRefusal): string {
  const said = causes[0] ?? errorSummary ?? challenge?.errorDescription
  const code = errorCode ?? challenge?.error
  const words = code === undefined ? String(status) : `${status} ${code}`
  return said === undefined ? words : `${words}: ${said.replace(/\.$/, '')}`
}
