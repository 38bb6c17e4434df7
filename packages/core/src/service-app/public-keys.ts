/** @module The public keys that an app keeps in Okta: list, add, activate, deactivate, delete. */

import type { PublicJwk } from '../keys/public.ts'
import {
  eachOf,
  isMembers,
  type Members,
  membersOf,
  requireMembers,
  textOf,
} from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { removeObject } from './remove.ts'

/** A public key that is registered with an app. */
export interface AppKey {
  /** Okta's own id (`pks…`), by which the key is activated, deactivated and deleted; absent inside a client. */
  readonly keyId: string | undefined
  /** Absent where the key was registered without one. */
  readonly kid: string | undefined
  readonly isActive: boolean
  readonly use: string | undefined
  /** As Okta prints it. */
  readonly jwk: Members
}

/** How many keys Okta keeps for one app. @see Okta, "Application SSO Public Keys" */
export const maxAppKeys = 50

/**
 * Lists the keys of an app, active or not.
 *
 * Takes every shape that Okta documents: a list, `{ jwks: { keys } }` and `{ keys }`.
 *
 * @see okta/okta-management-openapi-spec - `GET /api/v1/apps/{appId}/credentials/jwks`, whose schema and example differ
 */
export async function listKeys(org: Org, appId: string, signal?: AbortSignal): Promise<AppKey[]> {
  const answer = (await org.request({ path: keysPath(appId), signal })).json()
  return keysIn(answer).map(parseKey)
}

/** Adds a key; it is active at once. From the second key on, every assertion has to name its kid. */
export async function addKey(
  org: Org,
  appId: string,
  jwk: PublicJwk,
  signal?: AbortSignal,
): Promise<AppKey> {
  const body = { ...jwk, status: 'ACTIVE' }
  const answer = await org.request({ method: 'POST', path: keysPath(appId), body, signal })
  return parseKey(requireMembers(answer.json(), 'the new key'))
}

/** Makes a key good for assertions again. */
export async function activateKey(
  org: Org,
  appId: string,
  keyId: string,
  signal?: AbortSignal,
): Promise<void> {
  const path = `${keysPath(appId)}/${encodeURIComponent(keyId)}/lifecycle/activate`
  await org.request({ method: 'POST', path, signal, retryable: true })
}

/** Takes a key out of use and keeps it. Okta refuses this for the only active key. */
export async function deactivateKey(
  org: Org,
  appId: string,
  keyId: string,
  signal?: AbortSignal,
): Promise<void> {
  const path = `${keysPath(appId)}/${encodeURIComponent(keyId)}/lifecycle/deactivate`
  await org.request({ method: 'POST', path, signal, retryable: true })
}

/** Deletes a key that was deactivated. */
export async function deleteKey(
  org: Org,
  appId: string,
  keyId: string,
  signal?: AbortSignal,
): Promise<void> {
  await removeObject(org, `${keysPath(appId)}/${encodeURIComponent(keyId)}`, signal)
}

/** The registered key that is this one, whatever its kid: the numbers decide. */
export function findKey(keys: readonly AppKey[], wanted: PublicJwk): AppKey | undefined {
  return keys.find(({ jwk }) => isSameKey(jwk, wanted))
}

/** Whether a JWK is this public key. `alg`, `use` and `kid` say nothing about that. */
export function isSameKey(jwk: Members, wanted: PublicJwk): boolean {
  if (jwk['kty'] !== wanted.kty) return false
  // Okta prints `crv: null` for a key that was registered without one.
  return wanted.kty === 'RSA'
    ? jwk['n'] === wanted.n && jwk['e'] === wanted.e
    : jwk['x'] === wanted.x && jwk['y'] === wanted.y
}

/** The keys of whatever holds them: a list, `{ jwks: { keys } }` or `{ keys }`. */
export function keysIn(value: unknown): readonly Members[] {
  if (!isMembers(value)) return eachOf(value)
  return eachOf('keys' in value ? value['keys'] : membersOf(value, 'jwks')['keys'])
}

/** A registered key as Okta prints it in any of its places. */
export function parseKey(jwk: Members): AppKey {
  return {
    keyId: textOf(jwk, 'id'),
    kid: textOf(jwk, 'kid'),
    isActive: textOf(jwk, 'status') !== 'INACTIVE',
    use: textOf(jwk, 'use'),
    jwk,
  }
}

function keysPath(appId: string): string {
  return `/api/v1/apps/${encodeURIComponent(appId)}/credentials/jwks`
}
