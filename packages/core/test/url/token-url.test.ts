import {
  AudienceError,
  issuerUrl,
  parseAudience,
  parseOrgUrl,
  parseTokenUrl,
  TokenUrlError,
  tokenUrl,
} from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { urlText } from './url-text.ts'

const { org } = parseOrgUrl('https://acme.okta.com')

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'accepted'
  } catch (error) {
    if (error instanceof TokenUrlError || error instanceof AudienceError) return error.code
    throw error
  }
}

describe('tokenUrl and issuerUrl', () => {
  test("the org's own authorization server", () => {
    expect(tokenUrl(org)).toBe('https://acme.okta.com/oauth2/v1/token')
    expect(issuerUrl(org)).toBe('https://acme.okta.com')
  })

  test('a custom authorization server', () => {
    expect(tokenUrl(org, 'default')).toBe('https://acme.okta.com/oauth2/default/v1/token')
    expect(issuerUrl(org, 'default')).toBe('https://acme.okta.com/oauth2/default')
  })

  test.each(['', 'v1', '../x', 'a/b', 'a%2fb', 'a?b', 'a b', 'default\n', 'a'.repeat(65), 'é'])(
    'the id %j is refused',
    (id) => {
      expect(codeOf(() => tokenUrl(org, id))).toBe('token_url_not_org')
      expect(codeOf(() => issuerUrl(org, id))).toBe('token_url_not_org')
    },
  )
})

describe('parseTokenUrl', () => {
  test.each([
    ['https://acme.okta.com/oauth2/v1/token', undefined],
    [' https://acme.okta.com/oauth2/v1/token\n', undefined],
    ['https://acme.okta.com/oauth2/default/v1/token', 'default'],
    ['https://acme.okta.com/oauth2/aus1a2b3c4d5e6f7g8h9/v1/token', 'aus1a2b3c4d5e6f7g8h9'],
  ])('%j is accepted', (text, authorizationServerId) => {
    expect(parseTokenUrl(text, org)).toEqual({ authorizationServerId })
  })

  test.each([
    '',
    'https://evil.example/oauth2/v1/token',
    'https://acme.okta.com.evil.example/oauth2/v1/token',
    'https://acme.okta.com@evil.example/oauth2/v1/token',
    'https://user@acme.okta.com/oauth2/v1/token',
    'https://beta.okta.com/oauth2/v1/token',
    'https://acme-admin.okta.com/oauth2/v1/token',
    'http://acme.okta.com/oauth2/v1/token',
    'https://acme.okta.com:443/oauth2/v1/token',
    'https://acme.okta.com:8443/oauth2/v1/token',
    'HTTPS://ACME.OKTA.COM/oauth2/v1/token',
    'https://acme.okta.com/oauth2/v1/token/',
    'https://acme.okta.com/oauth2/v1/token?x=1',
    'https://acme.okta.com/oauth2/v1/token#x',
    'https://acme.okta.com/OAuth2/v1/token',
    'https://acme.okta.com/oauth2/v1/Token',
    'https://acme.okta.com//oauth2/v1/token',
    'https://acme.okta.com/oauth2//v1/token',
    'https://acme.okta.com/oauth2/v1/v1/token',
    'https://acme.okta.com/oauth2/../oauth2/v1/token',
    'https://acme.okta.com/oauth2/./v1/token',
    'https://acme.okta.com/oauth2/a/b/v1/token',
    'https://acme.okta.com/oauth2/a%2fb/v1/token',
    'https://acme.okta.com/oauth2/default%00/v1/token',
    'https://acme.okta.com/oauth2/default\t/v1/token',
    'https://acme.okta.com\\oauth2\\v1\\token',
    `https://acme.okta.com/oauth2/${'a'.repeat(65)}/v1/token`,
    'https://acme.okta.com/oauth2/v1/introspect',
    'https://acme.okta.com/v1/token',
    'https://acme.okta.com',
    'acme.okta.com/oauth2/v1/token',
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseTokenUrl(text, org))).toBe('token_url_not_org')
  })

  test('the refusal names the two legal forms, and nothing of the text', () => {
    const canary = 'K4nar1enV0gelGeheim9876'
    const refuse = () => parseTokenUrl(`https://u:${canary}@acme.okta.com/oauth2/v1/token`, org)
    expect(refuse).toThrow(TokenUrlError)
    try {
      refuse()
    } catch (error) {
      const shown = JSON.stringify(error)
      expect(shown).not.toContain(canary)
      expect(shown).toContain('https://acme.okta.com/oauth2/v1/token')
      expect(shown).toContain('https://acme.okta.com/oauth2/{authorizationServerId}/v1/token')
    }
  })

  test('any text ends in an endpoint of the org, or in a TokenUrlError', () => {
    const near = fc
      .tuple(
        fc.constantFrom('https://acme.okta.com', 'https://acme.okta.com.', 'https://evil.example'),
        fc.constantFrom('/oauth2', '/oauth2/', '//oauth2', ''),
        fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^\/[A-Za-z0-9]{1,20}$/)),
        fc.constantFrom('/v1/token', 'v1/token', '/v1/token?', ''),
      )
      .map((parts) => parts.join(''))
    let valid = 0
    fc.assert(
      fc.property(fc.oneof(near, urlText), (text) => {
        if (codeOf(() => parseTokenUrl(text, org)) !== 'accepted') return
        valid++
        const { authorizationServerId } = parseTokenUrl(text, org)
        expect(tokenUrl(org, authorizationServerId)).toBe(text.trim())
        expect(new URL(text).href).toBe(text.trim())
        expect(new URL(text).origin).toBe(org)
      }),
      { numRuns: 100_000 },
    )
    expect(valid).toBeGreaterThan(300)
  }, 120_000)
})

describe('parseAudience', () => {
  test.each([
    ['token-url', undefined, 'token-url'],
    ['issuer', undefined, 'issuer'],
    [' issuer ', 'default', 'issuer'],
    ['https://acme.okta.com/oauth2/v1/token', undefined, 'token-url'],
    ['https://acme.okta.com', undefined, 'issuer'],
    ['https://acme.okta.com/oauth2/default/v1/token', 'default', 'token-url'],
    ['https://acme.okta.com/oauth2/default', 'default', 'issuer'],
  ])('%j with authorization server %j is %s', (text, authorizationServerId, expected) => {
    expect(parseAudience(text, org, authorizationServerId)).toBe(expected)
  })

  test.each([
    ['', undefined],
    ['TOKEN-URL', undefined],
    ['api://default', 'default'],
    ['https://evil.example/oauth2/v1/token', undefined],
    ['https://acme.okta.com/', undefined],
    ['https://acme.okta.com/oauth2/v1/token', 'default'],
    ['https://acme.okta.com/oauth2/default/v1/token', undefined],
    ['https://acme.okta.com', 'default'],
    ['["https://acme.okta.com"]', undefined],
  ])('%j with authorization server %j is refused', (text, authorizationServerId) => {
    expect(() => parseAudience(text, org, authorizationServerId)).toThrow(
      expect.objectContaining({
        code: 'audience_not_org',
        remedy: expect.stringContaining(tokenUrl(org, authorizationServerId)),
        details: { org },
      }),
    )
  })
})
