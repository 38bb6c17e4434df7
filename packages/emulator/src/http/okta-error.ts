/** @module Okta's error objects: code, HTTP status and summary, thrown by whatever refuses a request. */

import { errorId } from '../ids.ts'

/**
 * HTTP status and summary of each code.
 *
 * @see okta/okta-developer-docs, `data/error-codes.json` - Okta's own catalogue
 */
const catalogue = {
  E0000001: [400, 'Api validation failed'],
  E0000003: [400, 'The request body was not well-formed.'],
  E0000004: [401, 'Authentication failed'],
  E0000005: [403, 'Invalid session'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: Resource not found'],
  E0000008: [404, 'The requested path was not found'],
  E0000009: [500, 'Internal Server Error'],
  E0000010: [503, 'Service is in read only mode'],
  E0000011: [401, 'Invalid token provided'],
  E0000014: [403, 'Update of credentials failed'],
  E0000015: [401, 'You do not have permission to access the feature you are requesting'],
  E0000016: [403, 'Activation failed because the user is already active'],
  E0000019: [
    400,
    'Bad request. Accept and/or Content-Type headers likely do not match supported values.',
  ],
  E0000021: [
    400,
    'Bad request.  Accept and/or Content-Type headers likely do not match supported values.',
  ],
  E0000022: [405, 'The endpoint does not support the provided HTTP method'],
  E0000023: [403, 'Operation failed because user profile is mastered under another system'],
  E0000024: [400, 'Bad request. This operation on app metadata is not yet supported.'],
  E0000028: [400, 'The request is missing a required parameter.'],
  E0000029: [400, 'Invalid paging request.'],
  E0000031: [400, 'Invalid search criteria.'],
  E0000032: [403, 'Unlock is not allowed for this user.'],
  E0000033: [400, "Bad request. Can't specify a search query and filter in the same request."],
  E0000038: [403, "This operation is not allowed in the user's current status."],
  E0000046: [403, 'Deactivate application for user forbidden.'],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000053: [400, 'Invalid SCIM filter.'],
  E0000055: [409, 'Duplicate group.'],
  E0000056: [403, 'Delete application forbidden.'],
  E0000060: [501, 'Unsupported operation.'],
  E0000062: [409, 'The specified user is already assigned to the application.'],
  E0000090: [409, 'The role specified is already assigned to the user.'],
  E0000091: [400, 'The provided role type was not the same as required role type.'],
  E0000112: [
    409,
    'Cannot update this user because they are still being activated. Please try again in a few minutes.',
  ],
  E0000117: [403, 'Cannot assign apps or update app profiles for an inactive user.'],
  E0000227: [400, 'Roles can only be granted to service application type'],
  E0000231: [412, "ETag value doesn't match."],
  E0000239: [423, 'Policy priorities are being reconciled. Please try again later.'],
  E0000263: [409, 'Duplicate role assignment.'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>

/** A code of the catalogue. */
export type OktaErrorCode = keyof typeof catalogue

/** Headers of an answer: a list gives one line for each value. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

/** What a refusal says beside its code. */
export interface OktaErrorOptions {
  /** In the place of the catalogue's summary. */
  readonly summary?: string
  readonly causes?: readonly string[]
  readonly headers?: AnswerHeaders
}

/** A refusal that ends in an answer of status, headers and, as Okta has it, a JSON object, JSON of OAuth, or nothing. */
export class RefusedRequest extends Error {
  override readonly name: string = 'RefusedRequest'
  readonly status: number
  /** Absent where the body is empty. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly headers: AnswerHeaders

  constructor(
    status: number,
    body: Readonly<Record<string, unknown>> | undefined,
    headers: AnswerHeaders = {},
  ) {
    super(`${status} ${body === undefined ? '' : JSON.stringify(body)}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** The refusal with a code of Okta's catalogue. */
export function oktaError(code: OktaErrorCode, options: OktaErrorOptions = {}): RefusedRequest {
  return new RefusedRequest(catalogue[code][0], errorBody(code, options), options.headers)
}

/** The body of a refusal with a code of Okta's catalogue. */
export function errorBody(code: OktaErrorCode, { summary, causes = [] }: OktaErrorOptions) {
  return {
    errorCode: code,
    errorSummary: summary ?? catalogue[code][1],
    errorLink: code,
    errorId: errorId(),
    errorCauses: causes.map((errorSummary) => ({ errorSummary })),
  }
}

/** `E0000007` in Okta's words: `Not found: Resource not found: {id} ({type})`. */
export function notFound(id: string, type: string): RefusedRequest {
  return oktaError('E0000007', { summary: `Not found: Resource not found: ${id} (${type})` })
}

/** `E0000001` for a field that is absent or blank. */
export function blank(object: string, field = object): RefusedRequest {
  return invalid(object, `${field}: The field cannot be left blank`)
}

/** `E0000001` for a value that another object of the org has already. */
export function duplicate(field: string): RefusedRequest {
  return invalid(
    field,
    `${field}: An object with this field already exists in the current organization`,
  )
}

/** `E0000001` in Okta's words: `Api validation failed: {object}` and the causes. */
export function invalid(object: string, ...causes: readonly string[]): RefusedRequest {
  return oktaError('E0000001', { summary: `Api validation failed: ${object}`, causes })
}
