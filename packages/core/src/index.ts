/** @module Everything a user of the library may import. */

export { type Clock, OrgClock, systemClock } from './clock.ts'
export { type ErrorDetails, PosternError, type PosternErrorOptions, type Warning } from './error.ts'
export { showHostile } from './hostile.ts'
export { type FailedAttempt, type RetryOptions, waitBeforeRetry } from './retry.ts'
export { Secret } from './secret.ts'
export {
  fetchTransport,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  UpstreamError,
  type UpstreamErrorCode,
} from './transport.ts'
