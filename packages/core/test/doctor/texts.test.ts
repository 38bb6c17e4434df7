/** @module What a doctor finds in the texts of a connection, before anything is sent. */

import { exportJwk, generateKey, publicJwks, Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { diagnoseTexts } from './diagnose-texts.ts'

const key = await generateKey({ alg: 'ES256', kid: 'kid-1' })
const good = {
  orgUrl: 'https://acme.okta.com',
  clientId: '0oaTESTclient0000Tst',
  key: exportJwk(key),
  scopes: 'okta.users.read',
}

describe('the text of each value', () => {
  test.each([
    ['https://acme.auth0.com', 'org_url_not_okta_domain', /Auth0/],
    ['https://acme.okta.com.com', 'org_url_typo', /once/],
    ['https://{yourOktaDomain}', 'org_url_placeholder', /own org/],
    ['https://login.acme.example', 'org_url_not_okta_domain', /postern domains allow/],
    ['', 'org_url_empty', /Enter the org URL/],
  ])('org URL %j is named with its remedy', async (orgUrl, code, remedy) => {
    const { problems, sent } = await diagnoseTexts({ ...good, orgUrl })
    expect(problems).toEqual([
      expect.objectContaining({ check: 'org-url', code, remedy: expect.stringMatching(remedy) }),
    ])
    expect(sent).toEqual([])
  })

  test('the address of the Admin Console is taken for its org, and said so', async () => {
    const { findings } = await diagnoseTexts({
      ...good,
      orgUrl: 'https://acme-admin.okta.com/admin/dashboard',
    })
    expect(findings[0]).toMatchObject({ status: 'ok', details: { org: 'https://acme.okta.com' } })
    expect(findings.map(({ code }) => code)).toContain('org_url_admin_removed')
  })

  test.each([
    ['the public half', JSON.stringify(publicJwks([key]).keys[0]), 'key_is_public'],
    ['the name of a file', './app.pem', 'key_looks_like_path'],
    ['nothing', '', 'key_empty'],
  ])('%s in the place of the private key is named', async (_what, text, code) => {
    const { problems, sent } = await diagnoseTexts({ ...good, key: new Secret(text) })
    expect(problems).toEqual([expect.objectContaining({ check: 'key', code })])
    expect(sent.map(({ path }) => path)).toEqual(['/.well-known/okta-organization'])
  })

  test('what was repaired in a key is said', async () => {
    const text = new Secret(`\`\`\`\n${JSON.stringify(exportJwk(key).reveal())}\n\`\`\``)
    const { findings } = await diagnoseTexts({ ...good, key: text })
    expect(findings.filter(({ check }) => check === 'key')).toEqual([
      expect.objectContaining({ status: 'ok' }),
      expect.objectContaining({ status: 'information', code: 'key_json_string' }),
    ])
  })

  test.each([
    ['', 'scope_empty'],
    ['okta.user.read', 'scope_unknown'],
    ['okta.*', 'scope_wildcard'],
    ['openid', 'scope_not_for_service_app'],
  ])('scopes %j are named', async (scopes, code) => {
    const { problems } = await diagnoseTexts({ ...good, scopes })
    expect(problems).toEqual([expect.objectContaining({ check: 'scopes', code })])
  })

  test('an assertion that lives for an hour is a warning, since any difference of the clocks makes it fail', async () => {
    const { findings } = await diagnoseTexts({ ...good, assertion: { lifetimeSeconds: 3_600 } })
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'assertion',
        code: 'assertion_lifetime_long',
        status: 'warning',
        remedy: expect.stringContaining('240'),
      }),
    )
  })

  test('a token URL of another org is refused, and no token is asked for', async () => {
    const tokenUrl = 'https://evil.okta.com/oauth2/v1/token'
    const { problems, sent } = await diagnoseTexts({ ...good, tokenUrl })
    expect(problems).toEqual([
      expect.objectContaining({ check: 'assertion', code: 'token_url_not_org' }),
    ])
    expect(sent.map(({ path }) => path)).toEqual(['/.well-known/okta-organization'])
  })

  test('a text that is no API token is named', async () => {
    const { problems } = await diagnoseTexts({
      orgUrl: good.orgUrl,
      apiToken: new Secret('SSWS abc'),
    })
    expect(problems).toEqual([
      expect.objectContaining({ check: 'api-token', code: 'credential_api_token' }),
    ])
  })
})

describe('texts together', () => {
  test('everything that is wrong is named at once, and nothing is sent', async () => {
    const { problems, sent } = await diagnoseTexts({
      orgUrl: 'acme.auth0.com',
      clientId: 'https://acme.okta.com',
      key: new Secret('-----BEGIN CERTIFICATE-----'),
      scopes: 'okta.nothing',
    })
    expect(problems.map(({ check }) => check)).toEqual(['org-url', 'client-id', 'scopes', 'key'])
    expect(sent).toEqual([])
  })

  test('a connection that does not ask for what it is for is told which scopes it lacks', async () => {
    const { problems } = await diagnoseTexts(good, {
      wants: ['okta.users.read', 'okta.groups.manage'],
    })
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'scope_not_requested',
        details: { scopes: ['okta.groups.manage'] },
      }),
    ])
  })

  test('a scope that covers another one counts for it', async () => {
    const scopes = 'okta.users.manage'
    const { problems } = await diagnoseTexts({ ...good, scopes }, { wants: ['okta.users.read'] })
    expect(problems).toEqual([])
  })

  test('no part of a secret is in a finding', async () => {
    const secret = 'TESTSECRETdoNotPrint00'
    const { findings } = await diagnoseTexts({
      orgUrl: `https://${secret}@acme.okta.com`,
      clientId: `00${secret}${secret}`.slice(0, 42),
      key: new Secret(`-----BEGIN PRIVATE KEY-----\n${secret}`),
      scopes: good.scopes,
    })
    expect(JSON.stringify(findings)).not.toContain(secret)
  })
})
