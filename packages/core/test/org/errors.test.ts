import { ApiError, UpstreamError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { answerError, readRefusal } from '../../src/org/errors.ts'

/** An answer of the management API. */
interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly challenge?: string
  readonly headers?: Readonly<Record<string, string>>
}

function errorOf({ status, body, challenge, headers = {} }: Answer): ApiError | UpstreamError {
  const all = new Headers({ 'x-okta-request-id': 'req-1', ...headers })
  if (challenge !== undefined) all.set('www-authenticate', challenge)
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const bytes = new TextEncoder().encode(text)
  return answerError('GET /api/v1/users', readRefusal(status, all, bytes))
}

const okta = (errorCode: string, errorSummary = 'Summary.', ...causes: string[]) => ({
  errorCode,
  errorSummary,
  errorLink: errorCode,
  errorId: 'oaeTEST',
  errorCauses: causes.map((cause) => ({ errorSummary: cause })),
})

const missingScope =
  'Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups"'
const invalidToken = (text: string) => `Bearer error="invalid_token", error_description="${text}"`

describe('answerError', () => {
  test.each<readonly [string, Answer, string]>([
    [
      'a scope that is missing, without a body',
      { status: 403, challenge: missingScope },
      'scope_insufficient',
    ],
    ['a role that is missing', { status: 403, body: okta('E0000006') }, 'role_insufficient'],
    [
      'an endpoint that takes no token',
      { status: 403, body: okta('E0000005') },
      'endpoint_not_for_tokens',
    ],
    [
      'a token that expired',
      { status: 401, challenge: invalidToken('The token has expired.') },
      'token_refused',
    ],
    [
      'a token of another issuer',
      { status: 401, challenge: invalidToken('The access token provided has an invalid issuer.') },
      'token_refused',
    ],
    ['a 401 that says nothing', { status: 401 }, 'token_refused'],
    ['an API token that is wrong', { status: 401, body: okta('E0000011') }, 'api_token_refused'],
    [
      'a feature that the plan lacks',
      { status: 401, body: okta('E0000015') },
      'feature_unavailable',
    ],
    [
      'a proof that is refused',
      { status: 400, challenge: 'DPoP error="invalid_dpop_proof"' },
      'dpop_proof_refused',
    ],
    [
      'a proof that is refused for its time',
      {
        status: 400,
        challenge:
          'DPoP error="invalid_dpop_proof", error_description="The DPoP proof JWT is issued in the future."',
      },
      'clock_skew',
    ],
    [
      'a nonce that is wanted',
      { status: 400, challenge: 'DPoP error="use_dpop_nonce"' },
      'dpop_proof_refused',
    ],
    [
      'a bound token without a proof',
      { status: 400, challenge: 'DPoP error="invalid_request"' },
      'dpop_proof_refused',
    ],
    ['an object that is not there', { status: 404, body: okta('E0000007') }, 'object_not_found'],
    ['a path that is not there', { status: 404, body: okta('E0000008') }, 'path_not_found'],
    [
      'a path that the gateway does not know',
      { status: 404, body: '{"status":404,"message":"Resource not found"}\n' },
      'path_not_found',
    ],
    ['a body that is not JSON', { status: 400, body: okta('E0000003') }, 'request_refused'],
    [
      'a value that is wrong',
      { status: 400, body: okta('E0000001', 'Api validation failed: login', 'login: exists') },
      'request_refused',
    ],
    ['a method that is not there', { status: 405, body: okta('E0000022') }, 'request_refused'],
    [
      'a cursor of a list that is refused',
      { status: 400, body: okta('E0000029', 'Invalid paging request.', 'Invalid cursor.') },
      'cursor_rejected',
    ],
    [
      'a cursor of a search that is refused',
      { status: 400, body: okta('E0000031', 'Invalid search criteria.', 'Invalid cursor.') },
      'cursor_rejected',
    ],
    ['a search that is wrong', { status: 400, body: okta('E0000031') }, 'request_refused'],
    ['an object that is there already', { status: 409, body: okta('E0000055') }, 'object_conflict'],
    ['an ETag that is old', { status: 412, body: okta('E0000231') }, 'object_conflict'],
    ['an object that is being changed', { status: 423, body: okta('E0000239') }, 'object_conflict'],
    ['an operation that does not exist', { status: 501, body: okta('E0000060') }, 'api_refused'],
    ['a status that nobody knows', { status: 418 }, 'api_refused'],
    ['too many requests', { status: 429, body: okta('E0000047') }, 'rate_limited'],
    ['an internal error', { status: 500, body: okta('E0000009') }, 'upstream_unavailable'],
    ['read-only mode', { status: 503, body: okta('E0000010') }, 'upstream_unavailable'],
    ['a gateway that waits too long', { status: 504, body: '<html>' }, 'upstream_unavailable'],
    ['a request that took too long', { status: 408 }, 'upstream_unavailable'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://evil.example/' } },
      'upstream_redirect_refused',
    ],
    ['a status that is none', { status: 999 }, 'upstream_bad_response'],
  ])('names %s', (_what, answer, code) => {
    const error = errorOf(answer)
    expect(error.code).toBe(code)
    expect(error.remedy).not.toBe('')
    expect(error.details['okta']).toMatchObject({ status: answer.status, requestId: 'req-1' })
    // An error about what the caller asked is an ApiError; one about the way there is not.
    const isApi = !/^(?:rate_limited|upstream_)/.test(code)
    expect(error instanceof ApiError).toBe(isApi)
    expect(error instanceof UpstreamError).toBe(!isApi)
  })

  test('says in a sentence what was asked and what Okta said, its causes first', () => {
    const answer = {
      status: 400,
      body: okta('E0000001', 'Api validation failed: login', 'login: exists.'),
    }
    expect(errorOf(answer).message).toBe(
      'GET /api/v1/users was answered 400 E0000001: login: exists.',
    )
    expect(errorOf({ status: 404 }).message).toBe('GET /api/v1/users was answered 404.')
  })

  test('names the scope to grant', () => {
    expect(errorOf({ status: 403, challenge: missingScope }).remedy).toContain(
      'Grant okta.groups.read on',
    )
    const two = missingScope.replace('okta.groups.read', 'okta.groups.read okta.groups.manage')
    expect(errorOf({ status: 403, challenge: two }).remedy).toContain(
      'Grant okta.groups.read or okta.groups.manage on',
    )
  })

  test('keeps an OAuth error, which has another shape', () => {
    const body = { error: 'invalid_client', error_description: 'The client is unknown.' }
    expect(errorOf({ status: 401, body })).toMatchObject({
      code: 'token_refused',
      okta: { errorCode: 'invalid_client', errorSummary: 'The client is unknown.' },
    })
  })

  test('shows of a hostile answer neither secrets nor control characters, and not much of it', () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(60)}.${'b'.repeat(60)}`
    const apiToken = `00${'Zk3'.repeat(13)}x`
    const hostile = `\u001b[2J\u202e${token} SSWS ${apiToken} "d":"${'s3cret'.repeat(5)}" ${'x '.repeat(5_000)}`
    const error = errorOf({
      status: 403,
      body: okta(hostile, hostile, ...Array.from({ length: 50 }, () => hostile)),
      challenge: `Bearer error="insufficient_scope", scope="${token}", error_description="${apiToken}"`,
      headers: { 'x-okta-request-id': token },
    })
    const shown = `${error.message} ${error.remedy} ${JSON.stringify(error.details)}`
    expect(shown).not.toMatch(/eyJ|Zk3Zk3|s3crets3cret|\\u001b|\u202e/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(error.message + error.remedy).not.toMatch(/[\u0000-\u001f\u007f]/)
    expect(shown.length).toBeLessThan(10_000)
  })

  test.each([
    ['no JSON', '<html>503</html>'],
    ['JSON of another shape', '[1, 2]'],
    ['members of another type', '{"errorCode":7,"errorSummary":[],"errorCauses":{"a":1}}'],
    ['a prototype', '{"__proto__":{"errorCode":"E0000011"}}'],
    ['huge depth', `${'['.repeat(100_000)}`],
    ['causes that are no objects', '{"errorCauses":[null,1,"x",{"errorSummary":2}]}'],
  ])('reads nothing out of a body with %s', (_what, body) => {
    const error = errorOf({ status: 400, body })
    expect(error.details['okta']).toEqual({ status: 400, causes: [], requestId: 'req-1' })
  })

  test('reads nothing out of bytes that are no text', () => {
    const refusal = readRefusal(400, new Headers(), new Uint8Array([0xff, 0xfe, 0x7b]))
    expect(refusal).toEqual({ status: 400, causes: [] })
  })
})
