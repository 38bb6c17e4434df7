/** @module Repairs of a service app, each for the finding that it cures; with the credential of an administrator. */

import type { PublicJwk } from '../keys/public.ts'
import type { Org } from '../org/org.ts'
import { adminRoles, isAdminRole } from '../service-app/admin-roles.ts'
import { activateApp, changeApp, requireApp } from '../service-app/app.ts'
import { grantScopes } from '../service-app/grants.ts'
import { activateKey, addKey, findKey, listKeys } from '../service-app/public-keys.ts'
import { assignRoles } from '../service-app/roles.ts'
import { SetupError } from './setup-error.ts'

/** What repairs need beside the app; each says which of it. */
export interface RepairNeeds {
  /** The scopes to grant: `details.scopes` of the finding. */
  readonly scopes?: readonly string[]
  /** The types of the roles to assign: `details.roles` of the finding. */
  readonly roles?: readonly string[]
  /** The public half of the connection's key. */
  readonly publicJwk?: PublicJwk
  readonly signal?: AbortSignal
}

/** One repair. Done twice, it does no harm. */
export interface Repair {
  /** The code of the finding that it cures. */
  readonly finding: string
  /** What it would do, in the imperative: for a person who is asked first. */
  describe(needs: RepairNeeds): string
  /**
   * Repairs the app.
   *
   * @throws {SetupError} `setup_repair_impossible` where it lacks what it needs, or the app is made in another way.
   * @throws what the org says to it.
   */
  apply(admin: Org, clientId: string, needs: RepairNeeds): Promise<void>
}

const CLIENT_CREDENTIALS = 'client_credentials'
const NEED_REDIRECT = ['authorization_code', 'implicit']

const grantMissing: Repair['apply'] = async (admin, clientId, { scopes = [], signal }) => {
  if (scopes.length === 0) throw impossible('no scope is named', 'Name the scopes with --scopes.')
  const { appId } = await requireApp(admin, clientId, signal)
  await grantScopes(admin, appId, scopes, signal)
}

const assignMissing: Repair['apply'] = async (admin, clientId, { roles = [], signal }) => {
  const choices = roles.filter(isAdminRole).map((type) => ({ type }))
  if (choices.length === 0) throw impossible('no role is named', 'Name the roles with --role.')
  await assignRoles(admin, clientId, choices, signal)
}

/** Registers the key, or activates it where it is there. */
const registerKey: Repair['apply'] = async (admin, clientId, { publicJwk, signal }) => {
  if (publicJwk === undefined) throw impossible('there is no key', 'Give the key with --key.')
  const app = await requireApp(admin, clientId, signal)
  if (app.jwksUri !== undefined) {
    throw impossible(
      `the app takes its keys from ${app.jwksUri}`,
      'Publish the public half of the key there.',
    )
  }
  const keys = await listKeys(admin, app.appId, signal)
  const same = findKey(keys, publicJwk)
  if (same?.keyId !== undefined && same.kid === publicJwk.kid) {
    if (!same.isActive) await activateKey(admin, app.appId, same.keyId, signal)
    return
  }
  const other = keys.find(({ kid }) => kid === publicJwk.kid)
  if (other !== undefined) {
    throw impossible(
      `another key of the app has the kid ${publicJwk.kid}`,
      'Give the key a kid of its own (--kid), or delete the other one in PUBLIC KEYS first.',
    )
  }
  await addKey(admin, app.appId, publicJwk, signal)
}

const useKeyAuthentication: Repair['apply'] = async (admin, clientId, needs) => {
  const { signal } = needs
  const app = await requireApp(admin, clientId, signal)
  if (app.authMethod !== 'private_key_jwt') {
    const { publicJwk } = needs
    const hasKey = app.jwksUri !== undefined || app.keys.length > 0
    // Okta takes the method only together with a key.
    const keys = hasKey || publicJwk === undefined ? {} : { keys: [{ ...publicJwk }] }
    await changeApp(admin, app, { authMethod: 'private_key_jwt', ...keys }, signal)
  }
  if (needs.publicJwk !== undefined && app.jwksUri === undefined) {
    await registerKey(admin, clientId, needs)
  }
}

/** The same key again, for signatures: Okta lets no two keys have one kid, so it takes the place of the other. */
const replaceEncryptionKey: Repair['apply'] = async (admin, clientId, { publicJwk, signal }) => {
  if (publicJwk === undefined) throw impossible('there is no key', 'Give the key with --key.')
  const app = await requireApp(admin, clientId, signal)
  const others = app.keys.filter(({ kid }) => kid !== publicJwk.kid).map(({ jwk }) => jwk)
  const keys = [...others, { ...publicJwk, status: 'ACTIVE' }]
  await changeApp(admin, app, { keys }, signal)
}

const addGrantType: Repair['apply'] = async (admin, clientId, { signal }) => {
  const app = await requireApp(admin, clientId, signal)
  if (app.grantTypes.includes(CLIENT_CREDENTIALS)) return
  // A service app has no place to send a browser back to, which the others that people tick would need.
  const kept = app.grantTypes.filter((type) => !NEED_REDIRECT.includes(type))
  await changeApp(admin, app, { grantTypes: [...kept, CLIENT_CREDENTIALS] }, signal)
}

const activate: Repair['apply'] = async (admin, clientId, { signal }) => {
  const { appId } = await requireApp(admin, clientId, signal)
  await activateApp(admin, appId, signal)
}

const listOf = (texts: readonly string[] | undefined) => (texts ?? []).join(', ')

const assign = {
  describe: ({ roles }: RepairNeeds) =>
    `Assign ${listOf(roles?.filter(isAdminRole).map((type) => adminRoles[type]))} to the app`,
  apply: assignMissing,
}

const register = {
  describe: ({ publicJwk }: RepairNeeds) =>
    `Add the public key ${publicJwk?.kid ?? ''} to the app, or activate it`,
  apply: registerKey,
}

/** Every repair. A finding that is not here is for a person, or for this machine's own settings. */
export const repairs: readonly Repair[] = [
  {
    finding: 'scope_not_granted',
    describe: ({ scopes }) => `Grant ${listOf(scopes)} to the app`,
    apply: grantMissing,
  },
  { finding: 'role_missing', ...assign },
  { finding: 'role_too_narrow', ...assign },
  { finding: 'key_not_registered', ...register },
  { finding: 'key_inactive', ...register },
  {
    finding: 'key_for_encryption',
    describe: ({ publicJwk }) => `Register the public key ${publicJwk?.kid ?? ''} for signatures`,
    apply: replaceEncryptionKey,
  },
  {
    finding: 'app_client_secret',
    describe: () => 'Set Client authentication to Public key / Private key; client secrets go',
    apply: useKeyAuthentication,
  },
  {
    finding: 'app_grant_type_missing',
    describe: () => 'Allow the grant type Client Credentials',
    apply: addGrantType,
  },
  { finding: 'app_inactive', describe: () => 'Activate the app', apply: activate },
]

/** The repair for a finding, if there is one. */
export function findRepair(finding: string | undefined): Repair | undefined {
  return repairs.find((repair) => repair.finding === finding)
}

function impossible(reason: string, remedy: string): SetupError {
  return new SetupError('setup_repair_impossible', `This cannot be repaired: ${reason}.`, {
    remedy,
  })
}
