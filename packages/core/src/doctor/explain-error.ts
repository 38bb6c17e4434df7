/** @module What an error code means and what to do about it, from the code alone and whatever else is known of it. */

import { keyRemedies } from '../keys/refusals.ts'
import { meaningOf } from '../org/refusals.ts'
import { knownRefusals } from '../token/refusals.ts'
import { clientIdRemedies } from '../url/client-id.ts'
import { orgUrlRemedies } from '../url/org-error.ts'
import { scopeRemedies } from '../url/scope-error.ts'
import { remedies } from './problems.ts'

/** One thing that a code can mean. */
export interface ErrorMeaning {
  /** Postern's code for it. */
  readonly code: string
  /** What it is told with, where the same code is told of several things. */
  readonly observed?: string
  readonly remedy: string
}

/** What else is known of an error. */
export interface ExplainErrorOptions {
  /** The HTTP status. */
  readonly status?: number | undefined
  /** Okta's `errorSummary`, `error_description`, or a cause. */
  readonly message?: string | undefined
}

const own: Readonly<Record<string, string>> = {
  ...keyRemedies,
  ...orgUrlRemedies,
  ...clientIdRemedies,
  ...scopeRemedies,
  ...remedies,
}

const API_CODE = /^E\d{7}$/

/**
 * Explains a code of Postern's (of keys, org URLs, client IDs, scopes and the doctor), of Okta's management API (`E0000006`)
 * or of a token endpoint (`invalid_client`).
 *
 * @returns everything that it can mean, narrowed by the message; empty for a code that is not known.
 */
export function explainError(
  code: string,
  options: ExplainErrorOptions = {},
): readonly ErrorMeaning[] {
  if (API_CODE.test(code)) return ofApi(code, options)
  const remedy = Object.hasOwn(own, code) ? own[code] : undefined
  return [...(remedy === undefined ? [] : [{ code, remedy }]), ...ofTokenEndpoint(code, options)]
}

function ofApi(
  errorCode: string,
  { status = 0, message }: ExplainErrorOptions,
): readonly ErrorMeaning[] {
  const causes = message === undefined ? [] : [message]
  const { code, remedy } = meaningOf({ status, errorCode, causes })
  return status === 0 && code === 'api_refused' ? [] : [{ code, remedy }]
}

function ofTokenEndpoint(asked: string, { message }: ExplainErrorOptions): readonly ErrorMeaning[] {
  const ofCode = knownRefusals.filter(({ error, code }) => error === asked || code === asked)
  const named = ofCode.filter(
    ({ description }) => message !== undefined && fits(description, message),
  )
  const meant = named.length > 0 ? named : ofCode
  return meant.map(({ code, description, remedy }) => ({
    code,
    ...(typeof description === 'string' ? { observed: description } : {}),
    remedy,
  }))
}

function fits(description: string | RegExp, message: string): boolean {
  return typeof description === 'string' ? description === message : description.test(message)
}
