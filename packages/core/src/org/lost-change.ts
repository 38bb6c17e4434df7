/** @module A change for which the org did not answer: whoever asked for it hears that it may have been made. */

import { PosternError } from '../error.ts'
import { UpstreamError, type UpstreamErrorCode } from '../transport.ts'
import { ApiError } from './errors.ts'

// What a change may have been made behind: no answer, a gateway's, or one that cannot be read.
const UNANSWERED: readonly UpstreamErrorCode[] = [
  'upstream_connection_lost',
  'upstream_timeout',
  'upstream_unavailable',
  'upstream_bad_response',
  'upstream_response_too_large',
  // Who sends a reader elsewhere may have passed the change on before.
  'upstream_redirect_refused',
]

// There was no connection that anything could have been sent over.
const NOT_SENT: readonly unknown[] = [
  ...['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENODATA', 'ENOTFOUND'],
  'UND_ERR_CONNECT_TIMEOUT',
]

const UNKNOWN = 'It is not known whether the change was made.'
const LOOK = 'Look at the org whether it was made before you send it again.'

/** Whether a request that failed so may have been carried out all the same, as far as the code of the error tells. */
export function isUnanswered(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && UNANSWERED.includes(error.code)
}

/** Whether a request that failed so may have been carried out: it was sent, and the org did not answer. */
export function mayBeMade(error: unknown): error is UpstreamError {
  if (!isUnanswered(error)) return false
  const { reason, outcome } = error.details
  return outcome !== 'unsent' && !NOT_SENT.includes(reason)
}

/** The error of a change, as one that says so where it may have been made; any other as it is. */
export function asLostChange(error: unknown): unknown {
  return mayBeMade(error) ? lostChange(error) : error
}

/**
 * The error of a change of which more than one attempt was sent: `last` is what the last one ended with, `lost` one before it
 * that may have made the change. What the org refused stays a refusal; for what was not sent, the one before is told.
 */
export function asRepeatedChange(last: unknown, lost: UpstreamError): unknown {
  if (!(last instanceof PosternError) || mayBeMade(last)) return last
  if (last instanceof ApiError) {
    const { code, message, remedy, okta, details } = last
    const observed = `${message} An attempt before it was not answered. ${UNKNOWN}`
    const both = { code, remedy: `${LOOK} ${remedy}` }
    return new ApiError(both, observed, okta, { ...details, outcome: 'unknown' })
  }
  const before = lostChange(lost)
  const observed = `${before.message} The attempt after it: ${last.message}`
  const { code, remedy, details } = before
  return new UpstreamError(code, observed, { remedy, details, cause: last })
}

/** The error of a change that was stopped under way for this reason; the reason where that is no refusal, for nobody hears it. */
export function asStoppedChange(reason: unknown): unknown {
  if (!(reason instanceof PosternError)) return reason
  const observed = `The change was stopped under way: ${reason.message} ${UNKNOWN}`
  const details = { outcome: 'unknown' }
  return new UpstreamError('upstream_connection_lost', observed, {
    ...{ remedy: LOOK, details, cause: reason },
  })
}

function lostChange(error: UpstreamError): UpstreamError {
  if ('outcome' in error.details) return error
  return new UpstreamError(error.code, `${error.message} ${UNKNOWN}`, {
    remedy: LOOK,
    details: { ...error.details, outcome: 'unknown' },
    cause: error,
  })
}
