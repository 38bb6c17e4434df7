import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChallenge } from '../../src/org/challenge.ts'

describe('parseChallenge', () => {
  test('reads the challenge of a scope that is missing, as Okta sends it', () => {
    const header =
      'Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups/00g1"'
    expect(parseChallenge(header)).toEqual({
      scheme: 'Bearer',
      error: 'insufficient_scope',
      errorDescription: 'The access token provided does not contain the required scopes.',
      scopes: ['okta.groups.read'],
    })
  })

  test('reads one for a bound token, and all the scopes of which one is needed', () => {
    const header =
      'DPoP algs="RS256 ES256", scope="okta.policies.read okta.policies.manage", error="insufficient_scope"'
    expect(parseChallenge(header)).toEqual({
      scheme: 'DPoP',
      error: 'insufficient_scope',
      scopes: ['okta.policies.read', 'okta.policies.manage'],
    })
  })

  test.each([
    ['nothing', '', undefined],
    ['no scheme', '="a"', undefined],
    ['a scheme alone', 'Bearer', { scheme: 'Bearer', scopes: [] }],
    ['names in capitals', 'Bearer ERROR="invalid_token"', { error: 'invalid_token' }],
    ['the first of two', 'Bearer error="a", error="b"', { error: 'a' }],
    ['quotes inside', 'Bearer error="a\\"b\\\\c"', { error: 'a"b\\c' }],
    ['a quote that does not close', 'Bearer error="a', { scheme: 'Bearer', scopes: [] }],
  ])('reads %s', (_what, header, expected) => {
    const challenge = parseChallenge(header)
    if (expected === undefined) expect(challenge).toBe(undefined)
    else expect(challenge).toMatchObject(expected)
  })

  test('shows no control characters and nothing shaped like a secret', () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(60)}.${'b'.repeat(60)}`
    const header = `Bearer error="a\u001b[31m\u202eb", error_description="${token}"`
    const shown = JSON.stringify(parseChallenge(header))
    expect(shown).not.toMatch(/\\u001b|\u202e|eyJ|aaaaaaaaaaaaaaaa/)
  })

  test('never fails on hostile text, however long', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'Bearer ="\\,scope_\u0000') })
    fc.assert(fc.property(hostile, (text) => void parseChallenge(`Bearer ${text}`)))
    expect(parseChallenge(`Bearer ${'a="'.repeat(500_000)}`)?.scopes).toEqual([])
  })
})
