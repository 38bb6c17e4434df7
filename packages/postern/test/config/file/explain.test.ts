/** @module What a configuration file comes to: every value with where it comes from, and no secret. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { explainConfig } from '../../../src/config/file/explain.ts'
import { parseConfigFile } from '../../../src/config/file/parse.ts'
import { declarationJudges } from '../../../src/service/judge-declared.ts'

/** What is said of a text, as `path = value < from`. The folder of the file holds `acme.pem`. */
async function explain(text: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'acme.pem'), 'TESTSECRET')
  const config = await parseConfigFile(text, { file: 'postern.yaml', folder }, declarationJudges)
  const values = await explainConfig(config, env)
  return values.map(({ path, value, from }) => `${path} = ${JSON.stringify(value)} < ${from}`)
}

test('how people sign in is there, without its secret', async () => {
  const text = `signIn:
  issuer: https://acme.okta.com
  clientId: 0oa1b2c3
  clientSecret: env:CLIENT_SECRET
  groups:
    Operators: [{ connections: ["*"], verbs: [read] }]`
  expect(await explain(text, { CLIENT_SECRET: 'TESTSECRET' })).toEqual([
    'signIn.issuer = "https://acme.okta.com" < line 2',
    'signIn.clientId = "0oa1b2c3" < line 3',
    'signIn.clientSecret = "(secret)" < line 4, env:CLIENT_SECRET (set)',
    'signIn.scopes = ["openid","profile","email","groups"] < default',
    'signIn.groupsClaim = "groups" < default',
    'signIn.name = "single sign-on" < default',
    'signIn.groups.Operators = [{"connections":["*"],"verbs":["read"]}] < line 6',
  ])
})

test('every value of a connection is there, with its line or as a default', async () => {
  const text = `domains: [login.acme.com]
connections:
  acme:
    Org URL: https://acme-admin.okta.com/admin
    clientId: 0oa1b2c3d4e5f6g7h8i9
    Scopes: okta.users.read, okta.groups.read
    Private Key: file:acme.pem
    headers: { X-Gateway: "exec:vault read --token=TESTSECRET" }
accessKeys:
  ci: { rules: [{ connections: [acme], verbs: [read] }], key: env:CI_KEY }`
  expect(await explain(text, { CI_KEY: 'TESTSECRET' })).toEqual([
    'domains.1 = "login.acme.com" < line 1',
    'connections.acme.orgUrl = "https://acme.okta.com" < line 4',
    'connections.acme.description = null < default',
    'connections.acme.wants = "the scopes" < default',
    'connections.acme.clientId = "0oa1b2c3d4e5f6g7h8i9" < line 5',
    'connections.acme.keyId = "the key\'s own" < default',
    'connections.acme.scopes = "okta.groups.read okta.users.read" < line 6',
    'connections.acme.jwtAlg = "as the key says" < default',
    'connections.acme.jwtExpirySeconds = 240 < default',
    'connections.acme.jwtIssuer = "the client ID" < default',
    'connections.acme.jwtSubject = "the client ID" < default',
    'connections.acme.jwtAudience = "https://acme.okta.com/oauth2/v1/token" < default',
    'connections.acme.tokenUrl = "https://acme.okta.com/oauth2/v1/token" < default',
    'connections.acme.assertionKey = "client_assertion" < default',
    'connections.acme.client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" < fixed',
    'connections.acme.grant_type = "client_credentials" < fixed',
    'connections.acme.jwtClaims = {} < default',
    'connections.acme.dpop = "auto" < default',
    'connections.acme.rotationIntervalDays = "no rotation by itself" < default',
    'connections.acme.rotationAdmin = "the app itself" < default',
    'connections.acme.keys = "okta" < default',
    'connections.acme.headers.X-Gateway = "(secret)" < line 8, exec:vault (not run)',
    'connections.acme.secrets.key = "(secret)" < line 7, file:acme.pem (there)',
    'connections.acme.preApproved = "nothing" < default',
    'accessKeys.ci.rules = [{"connections":["acme"],"verbs":["read"]}] < line 10',
    'accessKeys.ci.expiresAt = "never" < default',
    'accessKeys.ci.key = "(secret)" < line 10, env:CI_KEY (set)',
  ])
})

test('what a reference names and is not there is said, without what may be a secret in its place', async () => {
  const lines = await explain(`connections:
  a: { orgUrl: acme, secrets: { apiToken: env:SIEM_TOKEN } }
  b: { orgUrl: acme, secrets: { apiToken: env:TESTsecret } }
  c: { orgUrl: acme, secrets: { apiToken: file:nowhere.txt } }`)
  expect(lines.filter((line) => line.includes('secrets'))).toEqual([
    'connections.a.secrets.apiToken = "(secret)" < line 2, env:SIEM_TOKEN (not set)',
    'connections.b.secrets.apiToken = "(secret)" < line 3, env:… (not set)',
    'connections.c.secrets.apiToken = "(secret)" < line 4, file:nowhere.txt (not there)',
  ])
})

test('scopes that are left out are those that the app was granted', async () => {
  const lines = await explain(`connections:
  a: { orgUrl: acme, clientId: 0oa1b2c3d4e5f6g7h8i9, secrets: { key: env:K } }`)
  expect(lines).toContain('connections.a.scopes = "those that the app was granted" < default')
})
