import { type OrgUrl, OrgUrlError, parseOrgUrl } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requireOrgUrl } from '../../src/url/org.ts'
import { type Answer, corpusOf, cpuMs, isAllowed, printed } from './corpus.ts'
import { urlText } from './url-text.ts'

interface Options {
  customDomains?: readonly string[]
  dev?: boolean
}

function answerTo(text: string, options: Options = {}): Answer {
  try {
    const { org, warnings } = parseOrgUrl(text, options)
    return { outcome: 'accepted', normalised: org, warnings }
  } catch (error) {
    if (error instanceof OrgUrlError) return { outcome: 'rejected', error }
    throw error
  }
}

/** `accepted origin warning…` or the code, for tables. */
function said(text: string, options: Options = {}): string {
  const answer = answerTo(text, options)
  if (answer.outcome === 'rejected') return answer.error.code
  const codes = answer.warnings.map((warning) => warning.code.replace('org_url_', ''))
  return [String(answer.normalised), ...codes].join(' ')
}

describe('parseOrgUrl answers the corpus as expected', () => {
  test.each(corpusOf('org_url').map((one) => [one.id, one.title, one] as const))(
    '%s %s',
    (...row) => {
      const { text, allowed, allowedDomains, dev } = row[2]
      const options = { customDomains: allowedDomains, dev }
      const answer = answerTo(text, options)
      expect(isAllowed(answer, allowed), JSON.stringify(answer)).toBe(true)
      expect(cpuMs(() => parseOrgUrl(text, options))).toBeLessThan(50)
      if (answer.outcome === 'rejected' && text.length >= 4) {
        expect(printed(answer.error)).not.toContain(text)
      }
    },
  )
})

describe('parseOrgUrl reads what people have at hand', () => {
  test.each([
    ['dev-12345678', 'https://dev-12345678.okta.com completed'],
    ['acme.okta.com/', 'https://acme.okta.com completed'],
    ['//acme.okta.com', 'https://acme.okta.com completed'],
    ['https://acme', 'https://acme.okta.com completed'],
    ['https://acme.okta.com.', 'https://acme.okta.com'],
    ['acme.okta.com:443/', 'https://acme.okta.com completed'],
    ['https://acme.okta.com/x/oauth2/default', 'https://acme.okta.com path_removed'],
    ['https://x0oa1b2c3d4e5f6g7h8i9.okta.com', 'https://x0oa1b2c3d4e5f6g7h8i9.okta.com'],
    ['https://0oa1b2c3d4e5f6g7h8i9j.okta.com', 'https://0oa1b2c3d4e5f6g7h8i9j.okta.com'],
    [`https://${'acme'.repeat(8)}.okta.com`, `https://${'acme'.repeat(8)}.okta.com`],
    ['https://mydevxxxx.okta.com', 'https://mydevxxxx.okta.com'],
    ['https://devxxxxacme.okta.com', 'https://devxxxxacme.okta.com'],
    ['\ufeff https://acme.okta.com\r\n', 'https://acme.okta.com'],
    ['https://ACME-Admin.OktaPreview.com', 'https://acme.oktapreview.com admin_removed'],
    ['acme-admin.okta-emea.com', 'https://acme.okta-emea.com completed admin_removed'],
    [
      'https://companyname-admin.okta.com/admin/dashboard',
      'https://companyname.okta.com admin_removed path_removed',
    ],
    ['https://acme.okta.com/?fromURI=https://evil.example/x', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com/api/v1/users/{id}', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com/app/https://x.example', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com#fragment', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com/app/ünïcode', 'https://acme.okta.com path_removed'],
    [
      'https://acme.okta.com/oauth2/aus1a2b3c/v1/token',
      'https://acme.okta.com path_removed custom_as',
    ],
    ['https://acme.okta.com/oauth2', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com/oauth2/v1/token?x=1', 'https://acme.okta.com path_removed'],
    ['https://acme.okta.com/.well-known/okta-organization', 'https://acme.okta.com path_removed'],
    ['acme.okta-miltest.com', 'https://acme.okta-miltest.com completed'],
    ['https://acme.trex-govcloud.com', 'https://acme.trex-govcloud.com'],
    ['integrator-1234567.okta.com', 'https://integrator-1234567.okta.com completed'],
  ])('%j is %s', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  test.each([
    ['login.acme.example', 'https://login.acme.example completed custom_domain'],
    ['https://LOGIN.acme.example./app', 'https://login.acme.example custom_domain path_removed'],
    ['https://id-admin.acme.example', 'https://id-admin.acme.example custom_domain'],
    ['https://xn--lgin-0na.acme.example', 'https://xn--lgin-0na.acme.example custom_domain'],
    ['https://sub.login.acme.example', 'org_url_not_okta_domain'],
    ['http://login.acme.example', 'org_url_scheme'],
    ['https://login.acme.example:8443', 'org_url_port'],
    ['https://10.0.0.1', 'org_url_ip_literal'],
    ['https://localhost', 'org_url_not_okta_domain'],
    ['https://acme.auth0.com', 'org_url_not_okta_domain'],
    ['login.acme.example acme.okta.com', 'org_url_multiple'],
  ])('with custom domains, %j is %s', (text, expected) => {
    const customDomains = [
      'Login.Acme.Example',
      'id-admin.acme.example',
      'xn--lgin-0na.acme.example',
      '10.0.0.1',
      'localhost',
      'acme.auth0.com',
    ]
    expect(said(text, { customDomains })).toBe(expected)
  })

  test.each([
    ['http://localhost:7711', 'http://localhost:7711 dev_mode'],
    ['http://127.0.0.1', 'http://127.0.0.1 dev_mode'],
    ['http://[::1]:7711/admin', 'http://[::1]:7711 dev_mode path_removed'],
    ['https://127.0.0.1:443', 'https://127.0.0.1 dev_mode'],
    ['localhost:7711', 'http://localhost:7711 completed dev_mode'],
    ['http://localhost:0', 'org_url_port'],
    ['http://localhost:65535', 'http://localhost:65535 dev_mode'],
    ['http://localhost:65536', 'org_url_port'],
    ['http://localhost.evil.example', 'org_url_scheme'],
    ['http://192.168.0.1', 'org_url_ip_literal'],
    ['http://acme.okta.com', 'org_url_scheme'],
    ['http://user@127.0.0.1', 'org_url_userinfo'],
  ])('in dev mode, %j is %s', (text, expected) => {
    expect(said(text, { dev: true })).toBe(expected)
  })
})

const refusals: readonly (readonly [string, string])[] = [
  ['\t \n', 'org_url_empty'],
  ['\ufeff', 'org_url_empty'],
  ['https://', 'org_url_malformed'],
  ['https:', 'org_url_malformed'],
  ['https:acme.okta.com', 'org_url_malformed'],
  ['https:/acme.okta.com', 'org_url_malformed'],
  ['https:///acme.okta.com', 'org_url_malformed'],
  ['https:\\\\acme.okta.com', 'org_url_malformed'],
  ['https://acme.okta.com\\admin', 'org_url_malformed'],
  ['https://ac\tme.okta.com', 'org_url_malformed'],
  ['https://acme.ok\nta.com', 'org_url_malformed'],
  ['https://acme.okta.com\r\nX-Evil: 1', 'org_url_malformed'],
  ['https://acme.okta.com\0', 'org_url_malformed'],
  ['https://acme .okta.com', 'org_url_malformed'],
  ['https://acme.okta.com/a\tb', 'org_url_malformed'],
  ['acme.okta.com okta.com', 'org_url_malformed'],
  ['Acme Corporation', 'org_url_malformed'],
  ['"https://acme.okta.com"', 'org_url_malformed'],
  ['<https://acme.okta.com>', 'org_url_malformed'],
  ['`acme.okta.com`', 'org_url_malformed'],
  ['[acme](https://acme.okta.com)', 'org_url_malformed'],
  ['{"orgUrl":"https://acme.okta.com"}', 'org_url_malformed'],
  ['https://acme%2eokta.com', 'org_url_malformed'],
  ['https://%61cme.okta.com', 'org_url_malformed'],
  ['https://acme..okta.com', 'org_url_malformed'],
  ['https://.okta.com', 'org_url_malformed'],
  ['https://acme.okta.com..', 'org_url_malformed'],
  ['acme.okta.com:x', 'org_url_malformed'],
  ['https://acme.okta.com:44:3', 'org_url_malformed'],
  ['https://a,b', 'org_url_multiple'],
  [`https://acme.okta.com/${'a'.repeat(2_048)}`, 'org_url_malformed'],
  ['00Abcdefghijklmnopqrstuvwxyz0123456789ABCD', 'org_url_malformed'],
  ['0oaTEST0000000000Tst', 'org_url_malformed'],
  ['{yourOktaDomain}', 'org_url_placeholder'],
  [`https://$${'{OKTA_DOMAIN}'}`, 'org_url_placeholder'],
  ['$OKTA_CLIENT_ORGURL', 'org_url_placeholder'],
  ['{{ okta_domain }}', 'org_url_placeholder'],
  ['https://%7ByourOktaDomain%7D', 'org_url_placeholder'],
  ['https://{YOUR_INSTANCE}.okta.com', 'org_url_placeholder'],
  ['https://<your-org>.okta.com', 'org_url_placeholder'],
  ['https://%OKTA_ORG%.okta.com', 'org_url_placeholder'],
  ['https://[yourOktaDomain]', 'org_url_placeholder'],
  ['https://your-org.okta.com', 'org_url_placeholder'],
  ['your-okta-domain', 'org_url_placeholder'],
  ['yourOktaDomain.okta.com', 'org_url_placeholder'],
  ['https://dev-xxxxxxxx.okta.com', 'org_url_placeholder'],
  ['undefined', 'org_url_placeholder'],
  ['ftp://acme.okta.com', 'org_url_scheme'],
  ['ws://acme.okta.com', 'org_url_scheme'],
  ['data:text/html,x', 'org_url_scheme'],
  ['file:///etc/passwd', 'org_url_scheme'],
  ['htps://acme.okta.com', 'org_url_scheme'],
  ['mailto:admin@acme.okta.com', 'org_url_scheme'],
  ['http://localhost:7711', 'org_url_scheme'],
  ['admin@acme.okta.com', 'org_url_userinfo'],
  ['user:password@acme.okta.com', 'org_url_userinfo'],
  ['https://@acme.okta.com', 'org_url_userinfo'],
  ['https://acme.okta.com:443@evil.example', 'org_url_userinfo'],
  ['acme:8443', 'org_url_port'],
  ['https://acme.okta.com:80', 'org_url_port'],
  ['https://acme.okta.com:99999999', 'org_url_port'],
  ['https://0x7f.1', 'org_url_ip_literal'],
  ['https://0177.0.0.1', 'org_url_ip_literal'],
  ['https://127.1.', 'org_url_ip_literal'],
  ['0x7f000001', 'org_url_ip_literal'],
  ['::1', 'org_url_ip_literal'],
  ['fe80::1', 'org_url_ip_literal'],
  ['https://[fe80::1%25eth0]/', 'org_url_ip_literal'],
  ['https://[::ffff:127.0.0.1]:443', 'org_url_ip_literal'],
  ['https://acme.okta。com', 'org_url_non_ascii'],
  ['https://acme\u200b.okta.com', 'org_url_non_ascii'],
  ['\u202ehttps://acme.okta.com', 'org_url_non_ascii'],
  ['https：//acme.okta.com', 'org_url_non_ascii'],
  ['https://acme.okta.com／evil.example', 'org_url_non_ascii'],
  ['https://xn--cme-7cd.okta.com', 'org_url_non_ascii'],
  ['https://acme.xn--kta-5cd.com', 'org_url_not_okta_domain'],
  ['https://*.okta.com', 'org_url_bad_subdomain'],
  ...['http', 'https', 'okta', 'com', 'www'].map((word) => [word, 'org_url_malformed'] as const),
  ['k4nar1envogelgeheim987601234567890abcdef', 'org_url_malformed'],
  [' '.repeat(5_000), 'org_url_empty'],
  ['https://acme.okta.co', 'org_url_not_okta_domain'],
  ['https://okta.com.evil.example', 'org_url_not_okta_domain'],
  ['https://127.0.0.1.nip.io', 'org_url_not_okta_domain'],
  ['https://localhost', 'org_url_not_okta_domain'],
  ['localhost', 'org_url_not_okta_domain'],
  ['https://acme.us.auth0.com', 'org_url_not_okta_domain'],
  ['okta.com', 'org_url_not_org'],
  ['https://www.okta.com/login', 'org_url_not_org'],
  ['login.okta.com', 'org_url_not_org'],
  ['help.okta.com', 'org_url_not_org'],
  ['support.okta.com', 'org_url_not_org'],
  ['status.okta.com', 'org_url_not_org'],
  ['trust.okta.com', 'org_url_not_org'],
  ['https://admin.okta.com', 'org_url_not_org'],
  ['https://oktapreview.com', 'org_url_not_org'],
  ['a.b.okta.com', 'org_url_bad_subdomain'],
  ['https://acme.workflows.okta.com', 'org_url_bad_subdomain'],
  ['https://1.2.3.4.okta.com', 'org_url_bad_subdomain'],
  ['-admin', 'org_url_bad_subdomain'],
  ['https://-admin.okta.com', 'org_url_bad_subdomain'],
  ['acme-admin-admin', 'org_url_bad_subdomain'],
  ['https://acme_corp.okta.com', 'org_url_bad_subdomain'],
  ['https://acme-.okta.com', 'org_url_bad_subdomain'],
  [`${'a'.repeat(64)}.okta.com`, 'org_url_bad_subdomain'],
  ['https://http://acme.okta.com', 'org_url_typo'],
  ['https://https//acme.okta.com', 'org_url_typo'],
  ['httpshttps://acme.okta.com', 'org_url_typo'],
  ['https:https://acme.okta.com', 'org_url_typo'],
  ['acme.okta.com/http://acme.okta.com', 'org_url_typo'],
  ['https://a.example https://b.example', 'org_url_multiple'],
  ['https://0oa1b2c3d4e5f6g7h8i9.okta.com', 'org_url_malformed'],
  ['https://devxxxx.okta.com', 'org_url_placeholder'],
  ['https://acme.okta.comhttps://acme.okta.com', 'org_url_typo'],
  ['https://acme.okta.com/https://acme.okta.com', 'org_url_typo'],
  ['acme.okta.com.okta.com', 'org_url_typo'],
  ['acme.okta.comcom', 'org_url_typo'],
  ['acme.okta.mil.mil', 'org_url_typo'],
  ['acme.okta.milmil', 'org_url_typo'],
  ['https://acme.okta.com https://beta.okta.com', 'org_url_multiple'],
  ['https://acme.okta.com,https://beta.okta.com', 'org_url_multiple'],
  ['acme.okta.com\nbeta.oktapreview.com', 'org_url_multiple'],
  ['acme.okta.com; beta.okta.com', 'org_url_multiple'],
  ['acme, beta', 'org_url_multiple'],
]

const ofHundred = `${'a'.repeat(40)}.${'b'.repeat(51)}.example`

describe('parseOrgUrl refuses by name', () => {
  test.each(refusals)('%j is %s', (text, code) => {
    expect(said(text)).toBe(code)
    expect(cpuMs(() => parseOrgUrl(text))).toBeLessThan(50)
  })

  test.each([
    ['https://evilokta.com', 'The host evilokta.com is not under an Okta domain.'],
    ['evilokta.com', 'The host is not under an Okta domain.'],
    ['https://a.b.okta.com', 'The host a.b.okta.com has 2 labels before okta.com.'],
    ['ws://acme.okta.com', 'The text begins with ws:.'],
    ['https:///x', 'There is no host.'],
    ['https://a"b', 'The host has a character that no host name has.'],
    [`https://${ofHundred}`, `The host ${ofHundred} is not under an Okta domain.`],
    [`https://a${ofHundred}`, 'The host is not under an Okta domain.'],
    ['https://acme.okta.com:8443', 'The URL names port 8443.'],
  ])('%j is refused with what was found, and a host alone is not said back', (text, message) => {
    expect(answerTo(text)).toMatchObject({ error: { message } })
  })

  test.each(['http://127.0.0.1:7000', '[::1]:7000'])(
    '%s, which is an emulator, tells of --dev',
    (text) => {
      const refused = expect.objectContaining({
        code: 'org_url_ip_literal',
        remedy: expect.stringContaining('--dev'),
      })
      expect(() => parseOrgUrl(text)).toThrow(refused)
    },
  )

  test('an Auth0 tenant is named as Auth0, with a remedy of its own', () => {
    const answer = answerTo('https://acme.us.auth0.com/authorize')
    expect(answer).toMatchObject({
      error: {
        message: 'The host acme.us.auth0.com is an Auth0 tenant, not an Okta org.',
        remedy: expect.stringContaining('Auth0'),
        details: { product: 'Auth0' },
      },
    })
  })

  test.each([
    ['https://admin:K4nar1enV0gel-Geheim-9876@acme.okta.com', 'K4nar1enV0gel-Geheim-9876'],
    ['admin:K4nar1enV0gel-Geheim-9876@acme.okta.com', 'K4nar1enV0gel-Geheim-9876'],
    ['https://admin:K4nar1en/V0gel-Geheim-987654@acme.okta.com', 'V0gel-Geheim-987654'],
    ['https://admin:K4nar1en\\V0gel-Geheim-987654@acme.okta.com', 'V0gel-Geheim-987654'],
    ['k4nar1envogel-geheim-9876:x@acme.okta.com', 'k4nar1envogel-geheim-9876'],
    ['https://k4nar1envogel_geheim_9876.evil.example', 'k4nar1envogel_geheim_9876'],
    ['k4nar1envogel-geheim-9876://acme.okta.com', 'k4nar1envogel-geheim-9876'],
    [
      'https://acme.okta.com.evil.example/?token=K4nar1enV0gel-Geheim-9876',
      'K4nar1enV0gel-Geheim-9876',
    ],
    [
      'https://k4nar1envogelgeheim987601234567890.okta.com.com',
      'k4nar1envogelgeheim987601234567890',
    ],
    ['00K4nar1enVogelGeheim98760123456789abcdefg', 'K4nar1enVogelGeheim98760123456789'],
  ])('%j is refused without its secret part', (text, secret) => {
    const answer = answerTo(text)
    if (answer.outcome === 'accepted') throw new Error('accepted')
    const shown = printed(answer.error).toLowerCase()
    for (let start = 0; start + 16 <= secret.length; start++) {
      expect(shown).not.toContain(secret.slice(start, start + 16).toLowerCase())
    }
  })
})

describe('a host allowed as a custom domain', () => {
  test('may be written with the dot of a full name', () => {
    const options = { customDomains: [' Login.Acme.com. '] }
    expect(said('https://login.acme.com', options)).toBe('https://login.acme.com custom_domain')
  })
})

describe('with dev, this machine', () => {
  test('may be named by its IPv6 address, with a path', () => {
    expect(said('::1/api', { dev: true })).toBe('http://[::1] completed dev_mode path_removed')
  })
})

describe('requireOrgUrl', () => {
  test.each([
    'https://acme.okta.com',
    'https://login.acme.com',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
    'https://localhost:4000',
  ])('takes %s', (org) => {
    expect(() => requireOrgUrl(org as OrgUrl)).not.toThrow()
  })

  test.each([
    'http://acme.okta.com',
    'https://acme.okta.com/',
    'https://acme.okta.com/api',
    'https://ACME.okta.com',
    'https://user@acme.okta.com',
    'http://localhost.evil.example',
    'http://evil-localhost',
    'http://127.0.0.1.evil.example',
    'ws://localhost',
    'ftp://localhost',
    'null',
    'acme',
    '',
  ])('refuses %s, which parseOrgUrl cannot have made', (org) => {
    expect(() => requireOrgUrl(org as OrgUrl)).toThrowError(
      expect.objectContaining({ code: 'org_url_malformed' }),
    )
  })
})

describe('every code and warning of an org URL', () => {
  test('has a case here', () => {
    const codes = [
      'org_url_empty',
      'org_url_malformed',
      'org_url_placeholder',
      'org_url_scheme',
      'org_url_userinfo',
      'org_url_port',
      'org_url_ip_literal',
      'org_url_non_ascii',
      'org_url_not_okta_domain',
      'org_url_not_org',
      'org_url_bad_subdomain',
      'org_url_typo',
      'org_url_multiple',
    ]
    expect(new Set(refusals.map(([, code]) => code))).toEqual(new Set(codes))
    const options = { dev: true, customDomains: ['login.acme.example'] }
    const warnings = [
      'acme-admin',
      'https://acme.okta.com/oauth2/default',
      'login.acme.example',
      'http://[::1]',
    ]
      .map((text) => answerTo(text, options))
      .flatMap((answer) => (answer.outcome === 'accepted' ? answer.warnings : []))
    // org_url_https_forced of the corpus is not ours: http is refused, because a typed http may be a typed-over https.
    expect(new Set(warnings.map(({ code }) => code))).toEqual(
      new Set([
        'org_url_completed',
        'org_url_admin_removed',
        'org_url_path_removed',
        'org_url_custom_as',
        'org_url_custom_domain',
        'org_url_dev_mode',
      ]),
    )
    expect(warnings.every(({ message }) => message.length > 10)).toBe(true)
  })
})

describe('for any text at all', () => {
  const OKTA_ORIGIN =
    /^https:\/\/[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.(?:okta\.com|oktapreview\.com|okta-emea\.com|okta-gov\.com|okta\.mil|okta-miltest\.com|trex-govcloud\.com)$/

  test('parseOrgUrl gives an Okta org or an OrgUrlError, quickly', { timeout: 120_000 }, () => {
    let accepted = 0
    const before = process.cpuUsage()
    fc.assert(
      fc.property(urlText, (text) => {
        const answer = answerTo(text)
        if (answer.outcome === 'rejected') return
        accepted++
        expect(answer.normalised).toMatch(OKTA_ORIGIN)
        expect(new URL(String(answer.normalised)).origin).toBe(answer.normalised)
        expect(answerTo(String(answer.normalised))).toEqual({ ...answer, warnings: [] })
      }),
      { numRuns: 100_000 },
    )
    const { user } = process.cpuUsage(before)
    expect(accepted).toBeGreaterThan(500)
    expect(user / 1_000 / 100_000).toBeLessThan(1)
  })

  test('what dev mode and custom domains add is loopback and those domains', {
    timeout: 120_000,
  }, () => {
    const options = { dev: true, customDomains: ['login.acme.example'] }
    fc.assert(
      fc.property(urlText, (text) => {
        const answer = answerTo(text, options)
        if (answer.outcome === 'rejected') return
        const origin = String(answer.normalised)
        const isLoopback = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]*)?$/.test(
          origin,
        )
        expect(
          isLoopback || origin === 'https://login.acme.example' || OKTA_ORIGIN.test(origin),
        ).toBe(true)
        const again = answerTo(origin, options)
        expect(again.outcome === 'accepted' && again.normalised).toBe(origin)
      }),
      { numRuns: 20_000 },
    )
  })
})
