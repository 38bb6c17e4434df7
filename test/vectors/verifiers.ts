/** @module Everything that verifies signatures, before which vectors are brought: over HTTP, as it is used. */

import { randomUUID } from 'node:crypto'
import { PosternError, Secret } from '@postern/core'
import { expect, onTestFinished } from 'vitest'
import {
  makeProof,
  type Reply,
  startWithApp,
  tokenForm,
} from '../../packages/emulator/test/authorization/scenario.ts'
import { testKey } from '../../packages/emulator/test/service-app.ts'
import { signInDefaults } from '../../packages/postern/src/config/sign-in.ts'
import { createOutboundTransport } from '../../packages/postern/src/http/outbound.ts'
import { OpenId } from '../../packages/postern/src/server/console/openid.ts'
import { startScriptedServer } from '../scripted-server.ts'
import { TestClock } from '../test-clock.ts'
import type { Signing, VerifiedAlg } from './signing.ts'

/** What verifies signatures: what it is given to sign, and whether it takes what comes of that. */
export interface Verifier {
  signing(): Promise<Signing> | Signing
  takes(text: string): Promise<boolean>
}

function keysOf(alg: VerifiedAlg): Pick<Signing, 'alg' | 'key' | 'otherKey'> {
  const [own, other] = [testKey('own', alg), testKey('other', alg)]
  return { alg, key: own.privateKey, otherKey: other.privateKey }
}

/** Assertions at the emulator's token endpoint. @param keys - the client's key set, behind an address, in the place of its key */
export async function assertions(alg: VerifiedAlg, keys?: unknown): Promise<Verifier> {
  const client = keys === undefined ? {} : { keys: [], jwksUri: await serveKeys(keys) }
  const { url, clock, service, post, unexpected } = await startWithApp({
    key: testKey('own', alg),
    client,
  })
  return {
    signing() {
      // One after the other, so that no rate limit is reached.
      clock.advance(2_000)
      const now = Math.floor(clock.now().getTime() / 1_000)
      const { clientId } = service
      const aud = `${url}/oauth2/v1/token`
      const times = { iat: now, exp: now + 300, jti: randomUUID() }
      const header = { alg, kid: 'own', typ: 'JWT' }
      return { ...keysOf(alg), header, claims: { iss: clientId, sub: clientId, aud, ...times } }
    },
    async takes(text) {
      const reply = await post(tokenForm(text))
      expect(unexpected).toEqual([])
      return isTaken(reply, ['invalid_client', 'invalid_request'])
    },
  }
}

/** Proofs beside them. */
export async function proofs(alg: VerifiedAlg): Promise<Verifier> {
  const { scenario, service, clock, post, unexpected } = await startWithApp({
    key: testKey('own', 'ES256'),
    dpopRequired: true,
  })
  return {
    signing() {
      clock.advance(2_000)
      const { nonces } = scenario.org.authorization
      const nonce = nonces.current(clock.now().getTime())
      const choices = { key: testKey('own', alg), claims: { nonce } }
      const proof = makeProof(scenario, 'POST', '/oauth2/v1/token', choices)
      const [header, claims] = proof
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')))
      return { ...keysOf(alg), header, claims }
    },
    async takes(text) {
      const reply = await post(tokenForm(service.sign()), { dpop: text })
      expect(unexpected).toEqual([])
      return isTaken(reply, ['invalid_dpop_proof'])
    },
  }
}

function isTaken({ status, json }: Reply, refusals: readonly string[]): boolean {
  if (status === 200) return true
  expect(status).toBeLessThan(500)
  expect(refusals).toContain(json['error'])
  return false
}

/** ID tokens at a sign-in. @param keys - what the provider publishes, in the place of its key */
export async function idTokens(alg: VerifiedAlg, keys?: unknown): Promise<Verifier> {
  const { kty, n, e, crv, x, y } = testKey('own', alg).publicJwk
  const published = keys ?? [{ kty, n, e, crv, x, y, kid: 'own', alg, use: 'sig' }]
  let idToken = ''
  const provider = await startScriptedServer(({ path }) => {
    if (path === '/keys') return { body: { keys: published } }
    if (path === '/token')
      return { body: { access_token: 'TEST', token_type: 'Bearer', id_token: idToken } }
    const issuer = provider.orgUrl
    const ends = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/token` }
    const said = { ...ends, jwks_uri: `${issuer}/keys`, response_types_supported: ['code'] }
    return { body: { issuer, ...said, id_token_signing_alg_values_supported: [alg] } }
  })
  onTestFinished(provider.close)
  const clock = new TestClock(new Date())
  const openId = new OpenId({
    signIn: {
      ...signInDefaults,
      issuer: provider.orgUrl,
      clientId: 'postern',
      credential: { kind: 'client-secret', clientSecret: new Secret('TEST-CLIENT-SECRET') },
      groups: new Map([['Operators', [{ connections: ['*'], verbs: ['read'] }]]]),
      people: new Map(),
    },
    publicUrl: 'http://127.0.0.1:1',
    transport: createOutboundTransport({ dev: true }),
    clock,
    dev: true,
  })
  let finish = async (): Promise<unknown> => undefined
  return {
    async signing() {
      const { location, transaction } = await openId.begin()
      const { searchParams } = new URL(location)
      const state = searchParams.get('state') ?? ''
      finish = () => openId.finish(`?code=c&state=${state}`, transaction.reveal())
      const now = Math.floor(clock.now().getTime() / 1_000)
      const who = {
        iss: provider.orgUrl,
        aud: 'postern',
        sub: 'ada',
        nonce: searchParams.get('nonce'),
      }
      const more = { email: 'ada@acme.example', groups: ['Operators'] }
      const header = { alg, kid: 'own', typ: 'JWT' }
      return { ...keysOf(alg), header, claims: { ...who, iat: now, exp: now + 300, ...more } }
    },
    async takes(text) {
      idToken = text
      try {
        expect(await finish()).toMatchObject({ person: { actor: expect.stringMatching(/:ada$/) } })
        return true
      } catch (error) {
        if (!(error instanceof PosternError)) throw error
        expect(error.code).toMatch(/^sign_in_(?:token|provider)_invalid$/)
        return false
      }
    },
  }
}

/** The address of a key set. */
async function serveKeys(keys: unknown): Promise<string> {
  const server = await startScriptedServer(() => ({ body: { keys } }))
  onTestFinished(server.close)
  return `${server.orgUrl}/keys`
}
