/** @module Which exit code an error stands for. */

import {
  AssertionError,
  AudienceError,
  ClientIdError,
  CredentialError,
  OrgUrlError,
  PosternError,
  ScopeError,
  TokenError,
  TokenUrlError,
  UpstreamError,
} from '@postern/core'
import { ConnectionError } from '../config/connection.ts'
import { UsageError } from '../config/usage-error.ts'
import { exitCodes } from './exit-codes.ts'

// Values that were typed wrong: nothing was asked of anybody yet.
const USAGE_ERRORS = [
  UsageError,
  ConnectionError,
  OrgUrlError,
  ClientIdError,
  ScopeError,
  TokenUrlError,
  AudienceError,
  AssertionError,
  CredentialError,
]

/** The exit code for whatever a command threw. */
export function exitCodeOf(thrown: unknown): number {
  if (isInterruption(thrown)) return exitCodes.interrupted
  if (USAGE_ERRORS.some((kind) => thrown instanceof kind)) return exitCodes.usage
  if (!(thrown instanceof PosternError)) return exitCodes.error
  if (thrown.code === 'rate_limited') return exitCodes.rateLimited
  if (thrown.code === 'file_not_found') return exitCodes.notFound
  if (thrown instanceof UpstreamError || thrown.code === 'upstream_unavailable') {
    return exitCodes.error
  }
  if (!(thrown instanceof TokenError)) return exitCodes.error
  return thrown.code.startsWith('scope_') ? exitCodes.scopeOrRole : exitCodes.authentication
}

/** Whether a person or the system asked the command to end. */
export function isInterruption(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}
