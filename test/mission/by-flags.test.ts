/** @module Rows 0.1, 3.2, 3.4 and 4.1 to 4.14 of the five documents, by the flags of `connect` and by the API. */

import { writeFileSync } from 'node:fs'
import { exportPem, importKey } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace } from '../../packages/postern/test/cli/run.ts'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'

const place = createPlace()
let postern: ServedPostern
let org: RunningOrg
let pem: string
beforeAll(async () => {
  ;[postern, org] = await Promise.all([
    servePostern(),
    startOrg({ users: 3, keyType: 'RSA', edition: 'unlimited' }),
  ])
  const key = await importKey(JSON.stringify(org.app.key))
  pem = (await exportPem(key)).reveal()
  writeFileSync(place.path('app.jwk'), JSON.stringify(org.app.key), { mode: 0o600 })
  writeFileSync(place.path('app.pem'), pem, { mode: 0o600 })
})
afterAll(async () => {
  await Promise.all([postern.close(), org.close()])
  place.remove()
})

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  place.run(args, { env: { ...postern.env, ...env } })

async function show(name: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await run(['connections', 'show', name, '--output', 'json'])
  return JSON.parse(stdout)
}

/** What the agent studio's form has, as it stands there. */
const generic = () => {
  const tokenUrl = `${org.url}/oauth2/v1/token`
  return {
    description: 'Reads the directory',
    orgUrl: org.url,
    clientId: org.app.clientId,
    key: pem,
    keyId: String(org.app.key['kid']),
    jwtAlg: 'JWT_ALGORITHM_RS256',
    jwtExpirySeconds: 3600,
    jwtIssuer: org.app.clientId,
    jwtSubject: org.app.clientId,
    jwtAudience: tokenUrl,
    tokenUrl,
    assertionKey: 'client_assertion',
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Tenant': 'acme',
    },
    jwtClaims: { tenant: 'acme', level: 7 },
    scopes: 'okta.users.read',
  }
}

const kept = () => ({
  description: 'Reads the directory',
  orgUrl: org.url,
  kind: 'service-app',
  clientId: org.app.clientId,
  kid: org.app.key['kid'],
  jwtAlg: 'RS256',
  jwtExpirySeconds: 3600,
  jwtIssuer: org.app.clientId,
  jwtSubject: org.app.clientId,
  jwtAudience: 'token-url',
  jwtClaims: { tenant: 'acme', level: 7 },
  tokenUrl: `${org.url}/oauth2/v1/token`,
  assertionKey: 'client_assertion',
  clientAssertionType: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  grantType: 'client_credentials',
  // Accept and Content-Type are as they always are.
  headerNames: ['x-tenant'],
  scopes: ['okta.users.read'],
})

test('0.1 Client ID, Private Key (JWK), Okta Domain and Scopes are all that a connection needs', async () => {
  const { code, stdout } = await run([
    ...['connect', 'four', '--client-id', org.app.clientId, '--key', 'app.jwk'],
    ...['--org', org.url, '--scopes', 'okta.users.read okta.groups.read'],
  ])
  expect(code).toBe(0)
  for (const label of ['Org URL', 'Client ID', 'Private Key', 'Scopes granted']) {
    expect(stdout).toMatch(new RegExp(`^${label} +\\S`, 'm'))
  }
})

describe('4.1 to 4.14 every value of a generic JWT connector', () => {
  test('is taken by the flags of connect, and is shown as it is kept', async () => {
    const values = generic()
    const { code, stderr } = await run([
      ...['connect', 'by-flags', '--description', values.description, '--org', values.orgUrl],
      ...['--client-id', values.clientId, '--key', 'app.pem', '--kid', values.keyId],
      ...['--jwt-alg', values.jwtAlg, '--jwt-expiry-seconds', String(values.jwtExpirySeconds)],
      ...['--jwt-issuer', values.jwtIssuer, '--jwt-subject', values.jwtSubject],
      ...['--jwt-audience', values.jwtAudience, '--token-url', values.tokenUrl],
      ...['--assertion-key', values.assertionKey, '--jwt-claim', 'tenant=acme'],
      ...['--jwt-claim', 'level=7', '--header', 'Accept=application/json'],
      ...['--header', 'Content-Type=application/x-www-form-urlencoded'],
      ...['--header', 'X-Tenant=acme', '--scopes', values.scopes],
    ])
    expect([code, stderr]).toEqual([0, expect.stringContaining('✓ token ')])
    // 4.7: a life of an hour is taken with a warning.
    expect(stderr).toContain('assertion_lifetime_long')
    expect(await show('by-flags')).toMatchObject({ name: 'by-flags', ...kept() })
    const { stdout } = await run(['connections', 'show', 'by-flags'])
    for (const label of [
      ...['Description', 'Org URL', 'Client ID', 'Private Key', 'Jwt Auth Claims Audience'],
      ...['Jwt Auth Claims Expiry Seconds', 'Token URL', 'Assertion Key', 'Headers', 'Scopes'],
      ...['client_assertion_type', 'grant_type', 'Additional Claims'],
    ]) {
      expect(stdout).toMatch(new RegExp(`^${label} +\\S`, 'm'))
    }
  })

  test('is taken by the API, under the same names', async () => {
    const answer = await fetch(`${postern.url}/v1/connections`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${postern.service.localKey.reveal()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: 'by-api', ...generic() }),
    })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({ connection: { name: 'by-api', ...kept() } })
    expect(await show('by-api')).toMatchObject(kept())
  })

  test('4.8 an issuer and a subject of one’s own are kept where that is asked for', async () => {
    const { code } = await run([
      ...['connect', 'own', '--org', org.url, '--client-id', org.app.clientId, '--key', 'app.jwk'],
      ...['--scopes', 'okta.users.read', '--jwt-issuer', 'me', '--jwt-subject', 'you', '--force'],
    ])
    expect(code).toBe(0)
    expect(await show('own')).toMatchObject({ jwtIssuer: 'me', jwtSubject: 'you' })
  })
})

test('3.2, 3.4 an API token is the other method, and neither secret is among the settings', async () => {
  const { code, stderr } = await run(
    ['connect', 'api-key', '--org', org.url, '--api-token', 'env:API_TOKEN'],
    { API_TOKEN: org.adminToken },
  )
  expect(code).toBe(0)
  expect(stderr).toContain('postern exec api-key -- COMMAND, postern doctor api-key')
  expect(stderr).not.toContain('postern token api-key')
  expect(await show('api-key')).toMatchObject({ kind: 'api-token', orgUrl: org.url })
  const list = await run(['connections', 'list', '--output', 'json'])
  const all = list.stdout + JSON.stringify(await show('by-flags'))
  expect(all).not.toContain(org.adminToken)
  expect(all).not.toContain(String(org.app.key['d']))
})
