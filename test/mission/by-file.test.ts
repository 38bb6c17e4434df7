/** @module Rows 0.1, 0.10, 3.2, 3.4 and 4.1 to 4.14 of the five documents, by a file: each page's own labels, in postern.yaml. */

import { explainTokenRequest, exportPem, importKey } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explainConfig } from '../../packages/postern/src/config/file/explain.ts'
import { parseConfigFile } from '../../packages/postern/src/config/file/parse.ts'
import { openLog } from '../../packages/postern/src/log.ts'
import type { Services } from '../../packages/postern/src/server/services.ts'
import { applyConfig } from '../../packages/postern/src/service/apply-config.ts'
import { declarationJudges } from '../../packages/postern/src/service/judge-declared.ts'
import { openServices } from '../../packages/postern/src/service.ts'
import { stores, type TestStore } from '../stores.ts'
import { TestClock } from '../test-clock.ts'
import { openTestSeal } from '../test-seal.ts'

let kept: TestStore
let org: RunningOrg
let services: Services
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  org = await startOrg({ users: 3, scopes: ['okta.users.read', 'okta.users.manage'] })
  const embedded = stores.find(({ name }) => name === 'PGlite')
  if (embedded === undefined) throw new Error('there is no embedded store')
  kept = await embedded.open()
  services = openServices({
    ...{ store: kept.store, seal: await openTestSeal(kept.store), clock: new TestClock() },
    ...{ env: {}, dev: true, log: openLog({ level: 'silent' }) },
  })
  const pem = await exportPem(await importKey(JSON.stringify(org.app.key)))
  env = { JWK: JSON.stringify(org.app.key, null, 2), PEM: pem.reveal(), TOKEN: org.adminToken }
})
afterAll(() => Promise.all([org.close(), kept.close()]))

/** Applies what a page asks for as connection `name`; how it signs in, and how many users it reads. */
async function connect(name: string, fields: string) {
  const text = `connections:\n  ${name}:\n${fields.replace(/^\n/, '').trimEnd()}\n`
  const config = await parseConfigFile(
    text,
    { file: 'postern.yaml', folder: '/nowhere' },
    declarationJudges,
  )
  const applied = await applyConfig(services, config, { env, dev: true, isAttended: false })
  expect(applied).toEqual([{ kind: 'connection', name, outcome: 'added' }])
  const { org: client, tokens, row } = await services.connections.open(name)
  const users = (await client.request({ path: '/api/v1/users' })).json()
  expect(users).toHaveLength(3)
  return { row, explained: tokens && (await explainTokenRequest(tokens)) }
}

test('0.1, 0.2 the four fields of a connect guide, with its labels', async () => {
  const { row } = await connect(
    'guide',
    `
    Client ID: ${org.app.clientId}
    Private Key (JWK): env:JWK
    Okta Domain: ${org.url}
    Scopes: okta.users.read okta.users.manage`,
  )
  expect(row.settings.scopes).toEqual(['okta.users.manage', 'okta.users.read'])
})

test('2.5 a set-up page without a Scopes field: what was granted is kept', async () => {
  const { row } = await connect(
    'workflow',
    `
    Okta Domain: ${org.url}
    Client ID: ${org.app.clientId}
    Private Key PEM: env:PEM
    KID: ${org.app.key['kid']}`,
  )
  expect(row.settings.scopes).toEqual(['okta.users.manage', 'okta.users.read'])
})

test('3.2, 3.4 both methods of a security-data product, its settings and its secrets apart', async () => {
  const service = await connect(
    'oauth',
    `
    settings:
      Org URL: ${org.url}
    secrets:
      RSA Private Key: env:PEM
      Client ID: ${org.app.clientId}
      Key ID: ${org.app.key['kid']}`,
  )
  const token = await connect(
    'static',
    `
    settings: { Org URL: "${org.url}" }
    secrets: { API Key: env:TOKEN }`,
  )
  expect([service.row.kind, token.row.kind]).toEqual(['service-app', 'api-token'])
})

test('3.4 a secret that is written into the file is refused, and not said back', async () => {
  const text = `connections:
  acme: { Org URL: acme, secrets: { API Key: 00TESTSECRETdoNotPrintTESTSECRETdoNotPrint0 } }`
  const thrown: unknown = await parseConfigFile(
    text,
    { file: 'postern.yaml', folder: '/' },
    declarationJudges,
  ).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ problems: [{ code: 'config_secret_in_file', line: 2 }] })
  expect(JSON.stringify(thrown) + String(thrown)).not.toContain('TESTSECRET')
})

test('4.1 to 4.14 every field of an agent studio, with its labels and its values', async () => {
  const { row, explained } = await connect(
    'agents',
    `
    Connection Name: agents
    Description: what agents may do
    Base URL: ${org.url}
    Auth Config: JWT Auth
    Private Key: env:PEM
    Client ID: ${org.app.clientId}
    KID: ${org.app.key['kid']}
    Jwt Auth Algorithm: JWT_ALGORITHM_RS256
    Jwt Auth Claims Expiry Seconds: 3000
    Jwt Auth Claims Issuer: ${org.app.clientId}
    Jwt Auth Claims Subject: ${org.app.clientId}
    Jwt Auth Claims Audience: ${org.url}/oauth2/v1/token
    Jwt Auth Oauth2 Access Token Request URL: ${org.url}/oauth2/v1/token
    Assertion Key (optional): client_assertion
    Accept: application/json
    Content-Type: application/x-www-form-urlencoded
    client_assertion_type: urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    scope: okta.users.read
    grant_type: client_credentials`,
  )
  expect(row).toMatchObject({
    description: 'what agents may do',
    settings: { scopes: ['okta.users.read'], publicJwk: { alg: 'RS256' } },
  })
  expect(explained?.assertion).toMatchObject({
    header: { alg: 'RS256', kid: org.app.key['kid'] },
    claims: {
      iss: org.app.clientId,
      sub: org.app.clientId,
      aud: `${org.url}/oauth2/v1/token`,
    },
  })
  const claims = explained?.assertion.claims
  const lifeSeconds = Number(claims?.exp) - Number(claims?.iat)
  expect(Math.abs(lifeSeconds - 3_000)).toBeLessThanOrEqual(60)
})

test.each([
  ['dev-12345678', 'https://dev-12345678.okta.com'],
  ['https://acme-admin.okta.com/admin/dashboard', 'https://acme.okta.com'],
])('0.10, 3.5 the Okta Domain %s is the org %s', async (domain, url) => {
  const text = `connections: { acme: { Okta Domain: "${domain}", secrets: { API Key: env:TOKEN } } }`
  const config = await parseConfigFile(
    text,
    { file: 'postern.yaml', folder: '/' },
    declarationJudges,
  )
  const values = await explainConfig(config, {})
  expect(values).toContainEqual({ path: 'connections.acme.orgUrl', value: url, from: 'line 1' })
})
