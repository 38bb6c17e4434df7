/** @module The refusals of the System Log, which look different from those of the other APIs. */

import { randomUUID } from 'node:crypto'
import { RefusedRequest } from '../http/okta-error.ts'

/** The codes with which a query is refused. */
export type LogErrorCode = 'E0000001' | 'E0000031' | 'E0000053'

/**
 * A 400 in the log's own form: without `errorLink`, its `errorId` a uuid, and `errorCauses` only where there are any.
 *
 * @see Okta, "System log query" - errors
 */
export function logError(
  errorCode: LogErrorCode,
  errorSummary: string,
  causes: readonly string[] = [],
): RefusedRequest {
  const errorCauses = causes.map((cause) => ({ errorSummary: cause }))
  return new RefusedRequest(400, {
    errorCode,
    errorSummary,
    errorId: randomUUID(),
    ...(causes.length > 0 && { errorCauses }),
  })
}

/** `E0000001` about one parameter. */
export function invalidParameter(name: string, ...problems: readonly string[]): RefusedRequest {
  return logError(
    'E0000001',
    `Api validation failed: ${problems.map((problem) => `'${name}': ${problem}`).join(' ')}`,
    problems.map((problem) => `${name}: ${problem}`),
  )
}
