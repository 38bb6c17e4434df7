/** @module Which exit code an error stands for. */

import {
  type ApiErrorCode,
  AssertionError,
  AudienceError,
  ClientIdError,
  CredentialError,
  type InputErrorCode,
  OrgUrlError,
  PosternError,
  RequestError,
  ScopeError,
  TokenError,
  TokenUrlError,
} from '@postern/core'
import { ConnectionError } from '../config/connection-form.ts'
import { UsageError } from '../config/usage-error.ts'
import { ApiProblem } from './api-problem.ts'
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
  RequestError,
]

const ORG_CODES: Readonly<Record<ApiErrorCode, number>> = {
  api_token_refused: exitCodes.authentication,
  token_refused: exitCodes.authentication,
  dpop_proof_refused: exitCodes.authentication,
  clock_skew: exitCodes.authentication,
  scope_insufficient: exitCodes.scopeOrRole,
  role_insufficient: exitCodes.scopeOrRole,
  endpoint_not_for_tokens: exitCodes.scopeOrRole,
  object_not_found: exitCodes.notFound,
  path_not_found: exitCodes.notFound,
  feature_unavailable: exitCodes.error,
  object_conflict: exitCodes.error,
  cursor_rejected: exitCodes.error,
  request_refused: exitCodes.error,
  api_refused: exitCodes.error,
}

const INPUT_CODES: Readonly<Record<InputErrorCode, number>> = {
  input_unknown: exitCodes.usage,
  input_since_unsupported: exitCodes.usage,
  input_until_unsupported: exitCodes.usage,
  input_range_reversed: exitCodes.usage,
  input_cursor_invalid: exitCodes.usage,
  input_incomplete: exitCodes.partial,
  scope_not_granted: exitCodes.scopeOrRole,
  role_missing: exitCodes.scopeOrRole,
}

const OTHER_CODES: Readonly<Record<string, number>> = {
  // A URL that was typed: a link of the org's is refused before it comes to that.
  auth_foreign_origin: exitCodes.usage,
  rate_limited: exitCodes.rateLimited,
  file_not_found: exitCodes.notFound,
  app_not_found: exitCodes.notFound,
  // As a shell has it.
  command_not_found: 127,
  command_not_executable: 126,
  access_key_not_found: exitCodes.notFound,
  connection_not_found: exitCodes.notFound,
  connect_tries_failed: exitCodes.problemsFound,
  feed_not_found: exitCodes.notFound,
  action_unknown: exitCodes.notFound,
  action_object_not_found: exitCodes.notFound,
  action_object_ambiguous: exitCodes.error,
  action_arguments_invalid: exitCodes.usage,
  action_path_refused: exitCodes.usage,
  action_declaration_invalid: exitCodes.usage,
  action_scope_missing: exitCodes.scopeOrRole,
  action_role_missing: exitCodes.scopeOrRole,
  plan_not_found: exitCodes.notFound,
  plan_not_needed: exitCodes.usage,
  sink_not_found: exitCodes.notFound,
  // The receiver was asked, or the disk.
  sink_unreachable: exitCodes.error,
  sink_unauthorized: exitCodes.authentication,
  sink_rejected: exitCodes.error,
  sink_rate_limited: exitCodes.rateLimited,
  sink_disk_full: exitCodes.error,
  sink_unwritable: exitCodes.error,
  sink_damaged: exitCodes.error,
  sink_client_missing: exitCodes.error,
  setup_plan_invalid: exitCodes.usage,
  setup_prerequisite_missing: exitCodes.scopeOrRole,
  setup_unproven: exitCodes.scopeOrRole,
  key_set_url_invalid: exitCodes.usage,
  // Somebody has to publish something first; then the same command goes on.
  key_set_unreadable: exitCodes.partial,
  key_set_incomplete: exitCodes.partial,
  key_set_outdated: exitCodes.partial,
  rotation_unproven: exitCodes.partial,
  rotation_too_early: exitCodes.partial,
  rotation_needs_admin: exitCodes.usage,
  rotation_needs_super_admin: exitCodes.scopeOrRole,
  config_database_invalid: exitCodes.usage,
  server_bind_unsafe: exitCodes.usage,
  server_tls_incomplete: exitCodes.usage,
  server_public_url: exitCodes.usage,
  server_trusted_proxy: exitCodes.usage,
  server_connect_origin: exitCodes.usage,
  outbound_network_malformed: exitCodes.usage,
  upstream_unavailable: exitCodes.error,
}

/** The exit code for whatever a command threw. */
export function exitCodeOf(thrown: unknown): number {
  if (isInterruption(thrown)) return exitCodes.interrupted
  // The org was asked, unlike for any other error about scopes.
  if (thrown instanceof ScopeError && thrown.code === 'scope_none_granted') {
    return exitCodes.scopeOrRole
  }
  if (USAGE_ERRORS.some((kind) => thrown instanceof kind)) return exitCodes.usage
  if (!(thrown instanceof PosternError)) return exitCodes.error
  const known = KNOWN_CODES[thrown.code]
  if (known !== undefined) return known
  if (thrown instanceof ApiProblem) return exitCodeOfProblem(thrown)
  return thrown instanceof TokenError ? exitCodeOfToken(thrown) : exitCodes.error
}

const KNOWN_CODES: Readonly<Record<string, number>> = {
  ...ORG_CODES,
  ...INPUT_CODES,
  ...OTHER_CODES,
}

function exitCodeOfToken({ code }: PosternError): number {
  return code.startsWith('scope_') ? exitCodes.scopeOrRole : exitCodes.authentication
}

/** A refusal of the API whose code says nothing here: its status does. */
function exitCodeOfProblem(problem: ApiProblem): number {
  switch (problem.status) {
    case 400:
    case 422:
      return exitCodes.usage
    case 401:
      return exitCodes.authentication
    case 403:
      return exitCodes.scopeOrRole
    case 404:
      return exitCodes.notFound
    case 429:
      return exitCodes.rateLimited
    default:
      // The token endpoint refused.
      return 'okta' in problem.details ? exitCodeOfToken(problem) : exitCodes.error
  }
}

/** The exit code for the end of a run, by the code of what stopped it, if anything did. */
export function exitCodeOfRun(outcome: string | undefined, code: string | undefined): number {
  if (outcome === 'ok') return exitCodes.ok
  const known = code === undefined ? undefined : KNOWN_CODES[code]
  if (known !== undefined) return known
  return outcome === 'partial' || outcome === 'interrupted' ? exitCodes.partial : exitCodes.error
}

/** Whether a person or the system asked the command to end. */
export function isInterruption(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}
