import { type OrgRequest, parseOrgUrl } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestHeaders, requestUrl } from '../../src/org/request.ts'

const { org } = parseOrgUrl('acme.okta.com')

/** What a throwing function answers, or the code of its refusal. */
function orCode<Value>(ask: () => Value): Value | string {
  try {
    return ask()
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

describe('requestUrl', () => {
  test('puts a path and a query on the org', () => {
    const query = { limit: 200, search: 'status eq "ACTIVE"', expand: undefined, activate: true }
    expect(requestUrl(org, '/api/v1/users', query).href).toBe(
      'https://acme.okta.com/api/v1/users?limit=200&search=status+eq+%22ACTIVE%22&activate=true',
    )
    expect(requestUrl(org, '/api/v1/users?limit=1&after=x', { limit: 2 }).search).toBe(
      '?limit=2&after=x',
    )
  })

  test.each([
    ['another origin', 'https://evil.example/api/v1/users'],
    ['the org’s own origin, written out with another port', 'https://acme.okta.com:8443/api/v1'],
    ['two slashes', '//evil.example/api/v1/users'],
    ['a backslash', '/\\evil.example/api'],
    ['a backslash later', '/api/v1\\..\\x'],
    ['no slash', 'api/v1/users'],
    ['nothing', ''],
    ['dots', '/api/v1/../../oauth2/v1/token'],
    ['encoded dots', '/api/v1/%2e%2E/x'],
    ['half-encoded dots', '/api/v1/.%2e/x'],
    ['one dot', '/api/./v1'],
    ['a fragment', '/api/v1/users#x'],
    ['a line break', '/api/v1/users\r\nhost: evil.example'],
    ['a tab', '/api/\tv1/users'],
    ['a NUL', '/api/v1/\u0000users'],
  ])('refuses %s', (_what, path) => {
    expect(orCode(() => requestUrl(org, path).href)).toBe('request_path_invalid')
  })

  test('never leaves the org, whatever the path', () => {
    const path = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'/\\.%2ef:@#?&[] \t\nacme') }),
      fc.webUrl(),
    )
    fc.assert(
      fc.property(path, (text) => {
        const url = orCode(() => requestUrl(org, text))
        if (typeof url === 'string') return void expect(url).toBe('request_path_invalid')
        expect([url.origin, url.username, url.hash]).toEqual([org, '', ''])
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('requestHeaders', () => {
  const of = (request: Partial<OrgRequest>) =>
    orCode(() => requestHeaders({ path: '/api/v1/users', ...request }))

  test('asks for JSON, and says so of a body', () => {
    expect(of({})).toEqual({ accept: 'application/json', 'user-agent': 'postern' })
    expect(of({ body: {} })).toMatchObject({ 'content-type': 'application/json' })
  })

  test('takes what the caller gives, names in lower case', () => {
    expect(of({ headers: { 'If-Match': 'W/"1"', 'User-Agent': 'tool' } })).toMatchObject({
      'if-match': 'W/"1"',
      'user-agent': 'tool',
    })
  })

  test.each<Readonly<Record<string, string>>>([
    { Authorization: 'SSWS x' },
    { DPoP: 'x' },
    { host: 'evil.example' },
    { cookie: 'sid=1' },
    { 'content-length': '1' },
    { 'transfer-encoding': 'chunked' },
    { 'x-a': 'b\r\nhost: evil.example' },
    { 'x a': 'b' },
    { '': 'b' },
    { 'x-a': 'é' },
  ])('refuses %o', (headers) => {
    expect(of({ headers })).toBe('request_header_refused')
  })
})
