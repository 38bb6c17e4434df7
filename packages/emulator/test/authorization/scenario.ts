/** @module An org with its authorization servers and a few calls to try tokens on, over real HTTP. */

import { createHash, randomUUID } from 'node:crypto'
import { type IncomingHttpHeaders, request as sendHttp } from 'node:http'
import { expect, onTestFinished } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { authorizationRoutes } from '../../src/authorization/routes.ts'
import { RateLimits } from '../../src/http/rate-limit.ts'
import type { ManagementRoute } from '../../src/http/route.ts'
import { Router } from '../../src/http/router.ts'
import { listen, serveOrgs } from '../../src/http/server.ts'
import type { ServedOrg } from '../../src/http/target.ts'
import { Org, type OrgOptions } from '../../src/state/org.ts'
import type { EventDraft } from '../../src/system-log/event.ts'
import {
  addServiceApp,
  type ServiceAppOptions,
  signJwt,
  type TestKey,
  type TestServiceApp,
  testKey,
} from '../service-app.ts'

/** An answer, its body parsed where it is JSON. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/** One request; headers may be given several times. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** An org that answers, and what a test does with it. */
export interface Scenario {
  readonly org: Org
  readonly url: string
  readonly clock: TestClock
  readonly limits: RateLimits
  readonly unexpected: readonly unknown[]
  /** What was written to the System Log. */
  readonly events: readonly EventDraft[]
  send(path: string, sent?: Sent): Promise<Reply>
  /** Posts a form; the token endpoint unless another path is named. */
  post(
    form: Readonly<Record<string, string>> | string,
    headers?: Sent['headers'],
    path?: string,
  ): Promise<Reply>
}

/** The fields of a good token request around an assertion. */
export function tokenForm(assertion: string, scope = 'okta.users.read'): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

// Two calls of a management API that tell whom they take the caller for.
const probes = (['users', 'groups'] as const).map(
  (what): ManagementRoute => ({
    method: 'GET',
    path: `/api/v1/${what}/{id}`,
    summary: 'Tells who calls',
    bucket: 'other',
    scope: `okta.${what}.read`,
    handle: ({ principal, params }) => ({
      status: 200,
      json:
        principal.kind === 'service-app'
          ? {
              id: params['id'],
              scheme: principal.scheme,
              scopes: [...principal.scopes],
              roles: principal.roles.map(({ type }) => type),
            }
          : { id: params['id'], owner: principal.owner.id },
    }),
  }),
)

/** Starts an org that ends with the test. */
export async function startScenario(options: OrgOptions = {}): Promise<Scenario> {
  const clock = new TestClock(new Date('2026-03-30T08:00:00.000Z'))
  const org = new Org({ clock, ...options })
  const unexpected: unknown[] = []
  const events: EventDraft[] = []
  const write = org.log.write.bind(org.log)
  org.log.write = (draft, cause) => {
    events.push(draft)
    return write(draft, cause)
  }
  const limits = new RateLimits(org.edition)
  const served: ServedOrg = {
    org,
    router: new Router([...authorizationRoutes, ...probes]),
    limits,
    interceptor: { before: () => undefined, after: () => undefined },
    catchUp: () => {},
    onUnexpected: (error) => unexpected.push(error),
    inFlight: 0,
  }
  const listening = await listen(
    serveOrgs(() => [served], 'http'),
    { port: 0 },
  )
  onTestFinished(() => listening.close())
  org.url = listening.origin
  const send = (path: string, sent?: Sent) => sendRequest(org.url, path, sent)
  return {
    org,
    url: org.url,
    clock,
    limits,
    unexpected,
    events,
    send,
    post(form, headers = {}, path = '/oauth2/v1/token') {
      const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      return send(path, { method: 'POST', headers: { ...type, ...headers }, body })
    },
  }
}

/** The same with a service app in it. */
export async function startWithApp(
  options: ServiceAppOptions = {},
  org: OrgOptions = {},
): Promise<Scenario & { readonly scenario: Scenario; readonly service: TestServiceApp }> {
  const scenario = await startScenario(org)
  return { ...scenario, scenario, service: addServiceApp(scenario.org, options) }
}

/** Sends exactly what it is given, paths and repeated headers too, which fetch would tidy up. */
export function sendRequest(origin: string, path: string, sent: Sent = {}): Promise<Reply> {
  const { hostname, port } = new URL(origin)
  const { method = 'GET', headers = {}, body } = sent
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, method, headers: headers as Record<string, string[]> }
    const request = sendHttp(options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const isJson = String(answer.headers['content-type']).startsWith('application/json')
        const json = isJson && text !== '' ? JSON.parse(text) : {}
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** A key that proofs are made with. */
const proofKey = testKey('proof', 'ES256')

/** What a proof shall say in the place of what is right. */
export interface ProofChoices {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: TestKey
  readonly accessToken?: string
}

/** A proof for a request. */
export function makeProof(
  { org }: Pick<Scenario, 'org'>,
  method: string,
  path: string,
  { claims = {}, header = {}, key = proofKey, accessToken }: ProofChoices = {},
): string {
  const { kty, n, e, crv, x, y } = key.publicJwk
  const jwk = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
  const ath =
    accessToken === undefined
      ? {}
      : { ath: createHash('sha256').update(accessToken).digest('base64url') }
  const good = {
    htm: method,
    htu: `${org.url}${path}`,
    iat: Math.floor(org.time.nowMs() / 1_000),
    jti: randomUUID(),
    ...ath,
  }
  return signJwt({ typ: 'dpop+jwt', alg: key.alg, jwk, ...header }, { ...good, ...claims }, key)
}

/** A proof for the token endpoint with the nonce that the org expects. */
export function tokenProof(scenario: Scenario, choices: ProofChoices = {}): string {
  const { org } = scenario
  const nonce = org.authorization.nonces.current(org.time.nowMs())
  const claims = { nonce, ...choices.claims }
  return makeProof(scenario, 'POST', '/oauth2/v1/token', { ...choices, claims })
}

/** Asks for a token and expects one. */
export async function getToken(
  scenario: Scenario,
  service: { sign(): string },
  options: { readonly scope?: string; readonly proof?: ProofChoices } = {},
): Promise<string> {
  const headers = options.proof === undefined ? {} : { dpop: tokenProof(scenario, options.proof) }
  const reply = await scenario.post(tokenForm(service.sign(), options.scope), headers)
  expect(reply).toMatchObject({ status: 200 })
  return String(reply.json['access_token'])
}

/** Header and claims of a JWT. */
export function readJwt(jwt: string): readonly Readonly<Record<string, unknown>>[] {
  return jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')))
}
