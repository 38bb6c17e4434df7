/**
 * @module What five public documents about connecting software to Okta ask for, row by row, as a person meets it. The
 * rows' numbers: 0 is a connect guide for client credentials, 1 Okta's own guide, 2 a workflow product's set-up page,
 * 3 a security-data product's page, 4 an agent studio's connector guide.
 */

import { writeFileSync } from 'node:fs'
import {
  createAuthorizer,
  exportJwk,
  exportPem,
  generateKey,
  importKey,
  parseOrgUrl,
  publicJwks,
  Secret,
} from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts'

const clientId = '0oaTEST0000000000Tst'
const key = await generateKey({ kid: 'kid-1' })
const jwk = exportJwk(key).reveal()
const pem = (await exportPem(key)).reveal()
const formatted = JSON.stringify(JSON.parse(jwk), null, 2)
const place = createPlace()
writeFileSync(place.path('app.jwk'), jwk, { mode: 0o600 })
writeFileSync(place.path('app.pem'), pem, { mode: 0o600 })

let server: AuthorizationServer
beforeAll(async () => {
  server = await startAuthorizationServer([{ clientId, jwks: publicJwks([key]) }])
})
afterAll(() => Promise.all([server.close(), place.remove()]))

describe('0. a connect guide for client credentials', () => {
  test('0.8 the command makes a pair with one kid in both halves and shows only the public one', async () => {
    const { stdout } = await place.run(['keys', 'generate', '--out', 'new.jwk', '--kid', 'my-kid'])
    const inspected = await place.run(['keys', 'inspect', 'new.jwk', '--output', 'json'])
    expect(JSON.parse(stdout)).toEqual(JSON.parse(inspected.stdout).publicJwk)
    expect(JSON.parse(stdout)).toMatchObject({ kty: 'RSA', kid: 'my-kid', use: 'sig' })
  })

  test.each([
    ['on one line', jwk],
    ['formatted', formatted],
    ['with a byte order mark', `\ufeff${formatted}`],
    ['with CRLF', formatted.replaceAll('\n', '\r\n')],
    ['fenced', `\`\`\`json\n${formatted}\n\`\`\``],
    ['in backticks', `\`${jwk}\``],
    ['quoted', `'${jwk}'`],
    ['as a JSON string', JSON.stringify(jwk)],
    ['in base64', Buffer.from(formatted).toString('base64')],
  ])('0.9 the private JWK is taken %s', async (_how, text) => {
    expect((await importKey(text)).thumbprint).toBe(key.thumbprint)
  })

  test.each([
    ['dev-12345678', 'https://dev-12345678.okta.com'],
    ['dev-12345678.okta.com', 'https://dev-12345678.okta.com'],
    ['https://dev-12345678-admin.okta.com/admin/apps/active', 'https://dev-12345678.okta.com'],
    ['acme-admin.oktapreview.com', 'https://acme.oktapreview.com'],
    ['acme.okta-emea.com', 'https://acme.okta-emea.com'],
  ])('0.10, 3.5 %s is the org %s', (text, org) => {
    expect(parseOrgUrl(text).org).toBe(org)
  })

  test('0.10 a custom domain that the operator allows is the org', () => {
    const options = { customDomains: ['login.acme.example'] }
    expect(parseOrgUrl('login.acme.example', options).org).toBe('https://login.acme.example')
  })

  test('0.2, 0.10 scopes in any writing are one set, and what was meant by a bare name is asked, whole', async () => {
    const { stdout } = await place.run([
      ...['token', '--org', 'dev-12345678', '--client-id', clientId, '--key', 'app.jwk'],
      ...['--scopes', 'okta.users.read,okta.groups.read\nokta.apps.read okta.users.read'],
      '--explain',
    ])
    expect(stdout).toContain("curl 'https://dev-12345678.okta.com/oauth2/v1/token'")
    expect(stdout).toContain("'scope=okta.apps.read okta.groups.read okta.users.read'")
  })

  test('0.12 an empty list of scopes means no request', async () => {
    const before = server.seen.length
    const { code, stderr } = await place.run([
      ...['token', '--org', server.orgUrl, '--client-id', clientId, '--key', 'app.jwk'],
      ...['--scopes', ''],
    ])
    expect([code, server.seen.length]).toEqual([2, before])
    expect(stderr).toContain('scope_empty')
  })
})

describe('1. Okta’s own guide', () => {
  test('1.3 there is nowhere to put a client secret', async () => {
    const { stdout } = await place.run(['token', '--help'])
    expect(stdout).not.toMatch(/--\S*secret|client.?secret/i)
    const secret = 'A'.repeat(40)
    await expect(importKey(secret)).rejects.toMatchObject({ code: 'key_looks_like_client_secret' })
  })

  test('1.5 a key set keeps its kid as it is', async () => {
    const imported = await importKey(
      JSON.stringify({ keys: [{ ...JSON.parse(jwk), kid: 'jwks1' }] }),
    )
    expect(publicJwks([imported])).toMatchObject({ keys: [{ kty: 'RSA', kid: 'jwks1' }] })
  })

  test('1.6 keys are generated here, and two are never the same', async () => {
    const keys = await Promise.all([generateKey(), generateKey()])
    expect(new Set(keys.map(({ thumbprint }) => thumbprint)).size).toBe(2)
  })

  test('1.8 --explain prints header, claims and the curl, with the signature cut', async () => {
    const { stdout } = await place.run([
      ...['token', '--org', 'https://acme.okta.com', '--client-id', clientId],
      ...['--key', 'app.jwk', '--scopes', 'okta.users.read', '--explain'],
    ])
    expect(stdout).toContain('"kid": "kid-1"')
    expect(stdout).toContain('"aud": "https://acme.okta.com/oauth2/v1/token"')
    expect(stdout).toContain("curl 'https://acme.okta.com/oauth2/v1/token'")
    expect(stdout).toContain('<signature removed>')
  })
})

describe('2. a workflow product’s set-up page', () => {
  test('2.5 Okta Domain, Client ID, Private Key PEM and KID get a token', async () => {
    const { code } = await place.run([
      ...['token', '--org', server.orgUrl, '--client-id', clientId, '--key', 'app.pem'],
      ...['--kid', 'kid-1', '--scopes', 'okta.users.read'],
    ])
    expect(code).toBe(0)
  })

  test.each([
    ['literal \\n', pem.replaceAll('\n', '\\n'), 'key_escaped_newlines'],
    ['CRLF', pem.replaceAll('\n', '\r\n'), undefined],
    ['spaces for line breaks', pem.replaceAll('\n', ' '), 'key_newlines_lost'],
    ['no line break at its end', pem.trimEnd(), undefined],
  ])('2.9 a PEM with %s is repaired, and the repair is said', async (_what, text, warning) => {
    const imported = await importKey(text, { kid: 'kid-1' })
    expect(imported.thumbprint).toBe(key.thumbprint)
    const codes = imported.warnings.map(({ code }) => code)
    expect(codes).toEqual(warning === undefined ? [] : [warning])
  })

  test.each([
    ['BEGIN', pem.split('\n').slice(1).join('\n'), 'key_pem_missing_begin'],
    ['END', pem.split('\n').slice(0, -2).join('\n'), 'key_pem_missing_end'],
  ])('2.9 a missing %s marker is named', async (_what, text, code) => {
    await expect(importKey(text)).rejects.toMatchObject({ code })
  })
})

describe('3. a security-data product’s page', () => {
  test('3.2 an API token and a service app authorise through the same interface', async () => {
    const { org } = parseOrgUrl(server.orgUrl, { dev: true })
    const url = `${org}/api/v1/users`
    const apiToken = new Secret(`00${'T'.repeat(40)}`)
    const credentials = [
      { kind: 'api-token', apiToken },
      { kind: 'service-app', clientId, key, scopes: ['okta.users.read'] },
    ] as const
    const schemes = await Promise.all(
      credentials.map(async (credential) => {
        const { headers } = await createAuthorizer({ org, credential }).authorize({
          method: 'GET',
          url,
        })
        return headers.reveal()['authorization']?.split(' ')[0]
      }),
    )
    expect(schemes).toEqual(['SSWS', 'Bearer'])
  })
})

describe('4. an agent studio’s connector guide', () => {
  test('4.6 to 4.14 every field of it has a flag, and its own values work', async () => {
    const tokenUrl = `${server.orgUrl}/oauth2/v1/token`
    const { code } = await place.run([
      ...[
        'token',
        '--org',
        server.orgUrl,
        '--client-id',
        clientId,
        '--key',
        'app.pem',
        '--kid',
        'kid-1',
      ],
      ...['--jwt-alg', 'JWT_ALGORITHM_RS256', '--jwt-expiry-seconds', '3600'],
      ...['--jwt-issuer', clientId, '--jwt-subject', clientId, '--jwt-audience', tokenUrl],
      ...['--token-url', tokenUrl, '--assertion-key', 'client_assertion'],
      ...['--header', 'Accept=application/json'],
      ...['--header', 'Content-Type=application/x-www-form-urlencoded'],
      ...['--scopes', 'okta.users.read', '--description', 'the studio’s connector'],
    ])
    expect(code).toBe(0)
  })

  test.each([
    ['240', undefined],
    ['3600', 'assertion_lifetime_long'],
  ])(
    '4.7 a life of %s s is allowed, with a warning only near the hour',
    async (seconds, warning) => {
      const { code, stderr } = await place.run([
        ...['token', '--org', 'https://acme.okta.com', '--client-id', clientId, '--key', 'app.jwk'],
        ...['--scopes', 'okta.users.read', '--jwt-expiry-seconds', seconds, '--explain'],
      ])
      expect([code, stderr.includes('assertion_lifetime_long')]).toEqual([0, warning !== undefined])
    },
  )
})
