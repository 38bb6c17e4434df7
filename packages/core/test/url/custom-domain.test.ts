/** @module Which hosts can be allowed as custom domains. */

import { parseCustomDomain, parseOrgUrl } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { urlText } from './url-text.ts'

// 253 characters.
const longest = `${'a'.repeat(59)}.${`${'a'.repeat(63)}.`.repeat(2)}${'a'.repeat(63)}.b`

describe('a custom domain', () => {
  test.each([
    ['login.acme.com', 'login.acme.com'],
    [' https://Login.ACME.com/admin?x=1 ', 'login.acme.com'],
    ['login.acme.com.', 'login.acme.com'],
    ['login.acme.com:443', 'login.acme.com'],
    ['okta.acme.com', 'okta.acme.com'],
    ['acme-okta.example', 'acme-okta.example'],
    ['sso.acme.co.uk', 'sso.acme.co.uk'],
    ['acme-admin.example', 'acme-admin.example'],
    [longest, longest],
  ])('%j is the host %s', (text, host) => {
    expect(parseCustomDomain(text)).toBe(host)
    expect(parseOrgUrl(host, { customDomains: [host] }).org).toBe(`https://${host}`)
  })

  test.each([
    ['', 'org_url_empty'],
    ['  ', 'org_url_empty'],
    ['203.0.113.7', 'org_url_ip_literal'],
    ['0x7f.1', 'org_url_ip_literal'],
    ['[::1]', 'org_url_ip_literal'],
    ['::1', 'org_url_ip_literal'],
    ['login.acme.com:8443', 'org_url_port'],
    ['http://login.acme.com', 'org_url_scheme'],
    ['ftp://login.acme.com', 'org_url_scheme'],
    ['user@login.acme.com', 'org_url_userinfo'],
    ['login.\u0430cme.com', 'org_url_non_ascii'],
    ['acme.auth0.com', 'org_url_not_okta_domain'],
    ['localhost', 'org_url_not_okta_domain'],
    ['acme.okta.com', 'domain_of_okta'],
    ['acme', 'domain_of_okta'],
    ['okta.com', 'org_url_not_org'],
    ['acme.okta.com.example.net', 'domain_look_alike'],
    ['okta.com.example.net', 'domain_look_alike'],
    ['acme.okta.com.au', 'domain_look_alike'],
    ['acme.okta.co', 'domain_look_alike'],
    ['acme.okta.co.uk', 'domain_look_alike'],
    ['okta.io', 'domain_look_alike'],
    ['acme.oktapreview.net', 'domain_look_alike'],
    ['login.xn--cme-5cd.com', 'domain_look_alike'],
    ['*.acme.com', 'domain_malformed'],
    ['login_acme.acme.com', 'domain_malformed'],
    ['-login.acme.com', 'domain_malformed'],
    [`${'a'.repeat(64)}.acme.com`, 'domain_malformed'],
    [`${'abcdefghi.'.repeat(26)}com`, 'domain_malformed'],
    [`a${longest}`, 'domain_malformed'],
    ['a'.repeat(3_000), 'org_url_malformed'],
    ['login.acme.com, sso.acme.com', 'org_url_malformed'],
  ])('%j is refused with %s', (text, code) => {
    expect(() => parseCustomDomain(text)).toThrow(expect.objectContaining({ code }))
  })

  test('that was read is read as itself, and makes no other host an org', () => {
    fc.assert(
      fc.property(urlText, (text) => {
        let host: string
        try {
          host = parseCustomDomain(text)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(?:org_url|domain)_/) })
          return
        }
        expect(parseCustomDomain(host)).toBe(host)
        expect(host).toMatch(/^[a-z0-9.-]+$/)
        expect(parseOrgUrl(host, { customDomains: [host] }).org).toBe(`https://${host}`)
      }),
    )
  })
})
