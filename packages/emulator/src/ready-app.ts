/** @module The service app that an org has from the start: registered, granted and with a role, so that it works at once. */

import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { isJsonObject, type JsonObject } from './json.ts'
import { makeAssignment } from './roles/role-assignment.ts'
import type { Org } from './state/org.ts'
import type { StandardRole } from './state/role.ts'

/** How the ready app is made. */
export interface ReadyAppOptions {
  /** The granted scopes. Default: those that reading users, groups, apps and the log takes. */
  readonly scopes?: readonly string[]
  /** Default `READ_ONLY_ADMIN`; `none` is no role at all. */
  readonly role?: StandardRole | 'none'
  /** Default false, as of an app that was made through the API. */
  readonly dpopRequired?: boolean
  /** RSA of 2048 bits, the default, or EC with P-256, which is made in no time. */
  readonly keyType?: 'RSA' | 'EC'
}

/** A private JWK that names itself. */
export type PrivateJwk = JsonObject & { readonly kid: string; readonly alg: string }

/** What a client needs to be the ready app. */
export interface ReadyApp {
  readonly clientId: string
  readonly key: PrivateJwk
  readonly scopes: readonly string[]
  readonly role: StandardRole | 'none'
  readonly dpopRequired: boolean
}

// What reading the directory and the log takes.
const readOnlyScopes = [
  'okta.users.read',
  'okta.groups.read',
  'okta.apps.read',
  'okta.logs.read',
] as const

const makePair = promisify(generateKeyPair)

/** Makes a key pair and an app that has its public half, as there before anybody looked: no events. */
export async function makeReadyApp(
  org: Org,
  adminId: string,
  options: ReadyAppOptions & { readonly key?: PrivateJwk } = {},
): Promise<ReadyApp> {
  const { role = 'READ_ONLY_ADMIN', dpopRequired = false, scopes = readOnlyScopes } = options
  const privateJwk = options.key ?? (await makeKey(options.keyType ?? 'RSA'))
  const publicJwk = publicHalfOf(privateJwk)
  const nowMs = org.time.secondMs()
  const made = { createdMs: nowMs, lastUpdatedMs: nowMs }
  const id = org.ids.next('app')
  org.apps.put({
    id,
    name: 'oidc_client',
    label: 'Ready service app',
    status: 'ACTIVE',
    ...made,
    signOnMode: 'OPENID_CONNECT',
    details: {},
    oauth: {
      clientId: id,
      applicationType: 'service',
      authMethod: 'private_key_jwt',
      grantTypes: ['client_credentials'],
      responseTypes: ['token'],
      dpopRequired,
      keys: [{ id: org.ids.next('appKey'), status: 'ACTIVE', jwk: publicJwk, ...made }],
      secrets: [],
      grants: scopes.map((scopeId) => ({
        id: org.ids.next('grant'),
        scopeId,
        ...made,
        createdBy: { id: adminId, type: 'User' },
      })),
      roles: role === 'none' ? [] : [makeAssignment(org, 'userRole', role)],
      networkAllowed: true,
      settings: { consent_method: 'TRUSTED', issuer_mode: 'ORG_URL' },
      pkceRequired: false,
      autoKeyRotation: true,
    },
  })
  return { clientId: id, key: privateJwk, scopes, role, dpopRequired }
}

async function makeKey(keyType: 'RSA' | 'EC'): Promise<PrivateJwk> {
  const { privateKey } =
    keyType === 'RSA'
      ? await makePair('rsa', { modulusLength: 2048 })
      : await makePair('ec', { namedCurve: 'P-256' })
  const names = { kid: randomUUID(), alg: keyType === 'RSA' ? 'RS256' : 'ES256', use: 'sig' }
  return { ...toJson(privateKey.export({ format: 'jwk' })), ...names }
}

function publicHalfOf({ kid, alg, use, ...key }: PrivateJwk): JsonObject {
  const publicKey = createPublicKey(createPrivateKey({ key: { ...key }, format: 'jwk' }))
  return { ...toJson(publicKey.export({ format: 'jwk' })), kid, alg, ...(use && { use }) }
}

function toJson(jwk: unknown): JsonObject {
  return isJsonObject(jwk) ? jwk : {}
}
