/** @module A hostile org that wants an assertion for another org, through every field that a caller can fill (S23). */

import { generateKey } from '@postern/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import type { TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { openEmbedded, serveApp } from './served-app.ts'

const VICTIM = 'https://victim.okta.com'
const VICTIM_TOKEN_URL = `${VICTIM}/oauth2/v1/token`

/** What is put into the members of a connection. */
const injections: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['nothing', {}],
  ['jwtAudience', { jwtAudience: VICTIM_TOKEN_URL }],
  ['jwtAudience, the issuer', { jwtAudience: VICTIM }],
  ['tokenUrl', { tokenUrl: VICTIM_TOKEN_URL }],
  ['tokenUrl and jwtAudience', { tokenUrl: VICTIM_TOKEN_URL, jwtAudience: 'token-url' }],
  ['jwtIssuer', { jwtIssuer: VICTIM_TOKEN_URL }],
  ['jwtSubject', { jwtSubject: VICTIM_TOKEN_URL }],
  ['jwtClaims', { jwtClaims: { aud: VICTIM_TOKEN_URL } }],
  ['jwtClaims, a look-alike', { jwtClaims: { 'aud ': VICTIM_TOKEN_URL, AUD: [VICTIM_TOKEN_URL] } }],
  ['headers', { headers: { host: 'victim.okta.com' } }],
  ['headers, another host', { headers: { 'x-forwarded-host': 'victim.okta.com' } }],
  ['assertionKey', { assertionKey: VICTIM_TOKEN_URL }],
  ['clientId', { clientId: VICTIM_TOKEN_URL }],
  ['keyId', { keyId: VICTIM_TOKEN_URL }],
  ['scopes', { scopes: [VICTIM_TOKEN_URL] }],
]

/** What a hostile org answers to a request for a token. */
const answers = [
  { status: 302, headers: { location: VICTIM_TOKEN_URL }, body: {} },
  {
    status: 401,
    body: {
      error: 'invalid_client',
      error_description: `The audience claim for client_assertion must be the endpoint invoked for the request: ${VICTIM_TOKEN_URL}`,
    },
  },
] as const

let kept: TestStore
let seal: Seal
let key: string
beforeAll(async () => {
  kept = await openEmbedded()
  seal = await openTestSeal(kept.store)
  key = (await generateKey({ alg: 'ES256', kid: 'k' })).privateJwk.reveal()
})
afterAll(() => kept.close())

describe.each(answers)('an org that answers $status with the URL of another', (answer) => {
  test('gets no assertion for that one, whatever the members of the connection say', async () => {
    const org = await startScriptedServer(({ path, method }) => {
      if (path === '/.well-known/okta-organization')
        return { body: { id: '00o1', pipeline: 'idx' } }
      if (path === '/.well-known/oauth-authorization-server') {
        const endpoints = { issuer: VICTIM, token_endpoint: VICTIM_TOKEN_URL }
        return { body: { ...endpoints, scopes_supported: ['okta.users.read'] } }
      }
      return method === 'POST' ? answer : { status: 404, body: {} }
    })
    onTestFinished(org.close)
    const { send } = await serveApp({ store: kept.store, services: { seal } })
    const outcomes: Record<string, number> = {}
    for (const [index, [what, injected]] of injections.entries()) {
      const name = `s${answer.status}-${index}`
      const own = { name, orgUrl: org.orgUrl, clientId: '0oa0000000000000tst0', key, force: true }
      const body = { ...own, scopes: ['okta.users.read'], ...injected }
      const made = await send('POST', '/v1/connections', { body })
      outcomes[what] = made.status
      const changed = await send('PATCH', `/v1/connections/${name}`, {
        body: { ...injected, force: true },
      })
      expect([201, 400, 422]).toContain(made.status)
      expect(made.status === 201 ? [200, 400, 422] : [404]).toContain(changed.status)
      if (made.status === 201) await send('POST', `/v1/connections/${name}/token`)
    }
    expect(outcomes).toMatchObject({
      nothing: 201,
      jwtAudience: 422,
      tokenUrl: 422,
      jwtClaims: 422,
      headers: 422,
    })
    const audiences = org.requests.flatMap(({ assertion }) => assertion?.claims['aud'] ?? [])
    expect(audiences.length).toBeGreaterThan(5)
    expect(new Set(audiences)).toEqual(new Set([`${org.orgUrl}/oauth2/v1/token`]))
    const jtis = org.requests.flatMap(({ assertion }) => assertion?.claims['jti'] ?? [])
    expect(new Set(jtis).size).toBe(jtis.length)
  })
})
