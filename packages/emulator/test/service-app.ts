/** @module A service app put straight into the state of an org, and assertions signed with its key. */

import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign as signBytes,
} from 'node:crypto'
import type { JsonObject } from '../src/json.ts'
import type { App, AppKey, OauthClient, ScopeGrant } from '../src/state/app.ts'
import type { Org } from '../src/state/org.ts'
import type { RoleAssignment, StandardRole } from '../src/state/role.ts'

/** A key pair of a test. */
export interface TestKey {
  readonly alg: string
  readonly privateKey: KeyObject
  /** Public members only, and the kid. */
  readonly publicJwk: JsonObject
  /** All members, to be imported by a client. */
  readonly privateJwk: JsonObject
}

/** What a service app shall be; everything has a default that works. */
export interface ServiceAppOptions {
  readonly label?: string
  readonly key?: TestKey
  readonly scopes?: readonly string[]
  readonly roles?: readonly StandardRole[]
  readonly dpopRequired?: boolean
  readonly status?: App['status']
  /** Anything else of the client, in the place of what it would be. */
  readonly client?: Partial<OauthClient>
}

/** A service app of an org, and what acts for it. */
export interface TestServiceApp {
  readonly app: App
  readonly clientId: string
  readonly key: TestKey
  readonly privateKey: KeyObject
  /** A signed assertion for the org's token endpoint; `claims` and `header` in the place of the good ones. */
  sign(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): string
  /** Puts a changed app under the same id. */
  change(client: Partial<OauthClient>, app?: Partial<App>): App
}

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const made = new Map<string, TestKey>()

/** A key pair; the same one for the same kid and algorithm within one file of tests, since RSA keys take time. */
export function testKey(kid = 'test-key', alg = 'RS256'): TestKey {
  const name = `${alg} ${kid}`
  const known = made.get(name)
  if (known !== undefined) return known
  const namedCurve = curves[alg]
  const pair =
    namedCurve === undefined
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve })
  const own = { kid, use: 'sig', alg }
  const key: TestKey = {
    alg,
    privateKey: pair.privateKey,
    publicJwk: { ...own, ...(pair.publicKey.export({ format: 'jwk' }) as JsonObject) },
    privateJwk: { ...own, ...(pair.privateKey.export({ format: 'jwk' }) as JsonObject) },
  }
  made.set(name, key)
  return key
}

/** A compact JWS of any header and claims, signed with the algorithm of the key whatever the header says. */
export function signJwt(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  { privateKey, alg }: Pick<TestKey, 'privateKey' | 'alg'>,
): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part(claims)}`
  const hash = `sha${alg.slice(2)}`
  const options = alg.startsWith('ES')
    ? ({ key: privateKey, dsaEncoding: 'ieee-p1363' } as const)
    : ({ key: privateKey, padding: constants.RSA_PKCS1_PADDING } as const)
  return `${input}.${signBytes(hash, Buffer.from(input), options).toString('base64url')}`
}

/** Puts a service app into an org, ready to get a token. */
export function addServiceApp(org: Org, options: ServiceAppOptions = {}): TestServiceApp {
  const key = options.key ?? testKey()
  const nowMs = org.time.secondMs()
  const times = { createdMs: nowMs, lastUpdatedMs: nowMs }
  const id = org.ids.next('app')
  const registered: AppKey = {
    id: org.ids.next('appKey'),
    status: 'ACTIVE',
    jwk: key.publicJwk,
    ...times,
  }
  const grants = (options.scopes ?? ['okta.users.read']).map(
    (scopeId): ScopeGrant => ({
      id: org.ids.next('grant'),
      scopeId,
      createdBy: { id: org.ids.next('user'), type: 'User' },
      ...times,
    }),
  )
  const roles = (options.roles ?? []).map(
    (type): RoleAssignment => ({
      id: org.ids.next('clientRole'),
      type,
      groupTargets: [],
      appTargets: [],
      ...times,
    }),
  )
  const oauth: OauthClient = {
    clientId: id,
    applicationType: 'service',
    authMethod: 'private_key_jwt',
    grantTypes: ['client_credentials'],
    responseTypes: ['token'],
    dpopRequired: options.dpopRequired ?? false,
    keys: [registered],
    secrets: [],
    grants,
    roles,
    networkAllowed: true,
    settings: {},
    pkceRequired: false,
    autoKeyRotation: true,
    ...options.client,
  }
  const app: App = {
    id,
    name: 'oidc_client',
    label: options.label ?? 'Postern',
    status: options.status ?? 'ACTIVE',
    signOnMode: 'OPENID_CONNECT',
    oauth,
    details: {},
    ...times,
  }
  org.apps.put(app)
  const { clientId } = oauth
  return {
    app,
    clientId,
    key,
    privateKey: key.privateKey,
    sign(claims = {}, header = {}) {
      const now = Math.floor(org.time.nowMs() / 1_000)
      const good = {
        iss: clientId,
        sub: clientId,
        aud: `${org.url}/oauth2/v1/token`,
        iat: now,
        exp: now + 300,
        jti: randomUUID(),
      }
      const ownHeader = { alg: key.alg, kid: key.publicJwk['kid'], typ: 'JWT' }
      return signJwt({ ...ownHeader, ...header }, { ...good, ...claims }, key)
    },
    change(client, changed = {}) {
      const current = org.apps.get(id) ?? app
      const next: App = {
        ...current,
        ...changed,
        oauth: { ...(current.oauth ?? oauth), ...client },
      }
      org.apps.put(next)
      return next
    },
  }
}
