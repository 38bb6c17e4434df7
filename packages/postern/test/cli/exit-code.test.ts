import {
  ApiError,
  type ApiErrorCode,
  AuthorizerError,
  InputError,
  type InputErrorCode,
  UpstreamError,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { ApiProblem } from '../../src/cli/api-problem.ts'
import { exitCodeOf } from '../../src/cli/exit-code.ts'
import type { SinkErrorCode } from '../../src/sinks/sink-error.ts'

const okta = { status: 400, causes: [] }

describe('the exit code', () => {
  test.each<[ApiErrorCode, number]>([
    ['api_token_refused', 4],
    ['token_refused', 4],
    ['dpop_proof_refused', 4],
    ['scope_insufficient', 5],
    ['role_insufficient', 5],
    ['endpoint_not_for_tokens', 5],
    ['object_not_found', 6],
    ['path_not_found', 6],
    ['feature_unavailable', 1],
    ['request_refused', 1],
  ])('of an API that answers %s is %i', (code, exitCode) => {
    expect(exitCodeOf(new ApiError({ code, remedy: 'x' }, 'x', okta))).toBe(exitCode)
  })

  test.each<[InputErrorCode, number]>([
    ['input_unknown', 2],
    ['input_cursor_invalid', 2],
    ['scope_not_granted', 5],
    ['role_missing', 5],
    ['input_incomplete', 8],
  ])('of an input with %s is %i', (code, exitCode) => {
    expect(exitCodeOf(new InputError(code, 'x', { remedy: 'x' }))).toBe(exitCode)
  })

  test.each<[SinkErrorCode, number]>([
    ['sink_invalid', 2],
    ['sink_unreachable', 1],
    ['sink_rejected', 1],
    ['sink_disk_full', 1],
    ['sink_unauthorized', 4],
    ['sink_rate_limited', 7],
    ['sink_not_found', 6],
  ])('of a sink that is refused with %s is %i', (code, exitCode) => {
    expect(exitCodeOf(new ApiProblem(code, 'x', { remedy: 'x', status: 422 }))).toBe(exitCode)
  })

  test('of a URL outside the org is 2', () => {
    expect(exitCodeOf(new AuthorizerError('auth_foreign_origin', 'x', { remedy: 'x' }))).toBe(2)
  })

  test('of a rate limit that does not open is 7, of an interruption 130, of anything unplanned 1', () => {
    expect(exitCodeOf(new UpstreamError('rate_limited', 'x', { remedy: 'x' }))).toBe(7)
    expect(exitCodeOf(AbortSignal.abort().reason)).toBe(130)
    expect(exitCodeOf(new TypeError('x'))).toBe(1)
  })
})
