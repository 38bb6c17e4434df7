/** @module A change of an org for which the org did not answer: whoever asked for it hears that it may have been made. */

import { isUnanswered, UpstreamError } from '@postern/core'

// There was no connection that anything could have been sent over.
const NOT_SENT: readonly unknown[] = [
  ...['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENODATA', 'ENOTFOUND'],
  'UND_ERR_CONNECT_TIMEOUT',
]

/** The error of a request that changes something, as one that says so where it may have been made; any other as it is. */
export function asLostChange(error: unknown): unknown {
  if (!isUnanswered(error)) return error
  if (NOT_SENT.includes(error.details['reason']) || 'outcome' in error.details) return error
  const observed = `${error.message} It is not known whether the change was made.`
  return new UpstreamError(error.code, observed, {
    remedy: 'Look at the org whether it was made before you send it again.',
    details: { ...error.details, outcome: 'unknown' },
    cause: error,
  })
}
