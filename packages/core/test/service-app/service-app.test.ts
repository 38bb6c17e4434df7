import {
  activateApp,
  addKey,
  adminRoles,
  assignRole,
  assignRoles,
  changeApp,
  createApp,
  deactivateApp,
  deactivateKey,
  deleteApp,
  deleteKey,
  findApp,
  findKey,
  findRegisteredClient,
  generateKey,
  grantScope,
  grantScopes,
  listGrants,
  listKeys,
  listRoles,
  type NewApp,
  type Org,
  readApp,
  registerClient,
  requireApp,
  withdrawRole,
} from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { describe, expect, test } from 'vitest'
import { adminWithRole } from '../../../../test/admin-with-role.ts'
import { appChanges } from '../../../../test/app-changes.ts'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { TestClock } from '../../../../test/test-clock.ts'

const first = await generateKey({ alg: 'ES256', kid: 'first' })
const second = await generateKey({ alg: 'ES256', kid: 'second' })
const CLIENT_ID = 'postern-acme-0123456789'
const scopes = ['okta.users.read', 'okta.logs.read']

const open = (options: StartOptions = {}) => emulatedOrg({ edition: 'unlimited', ...options })

function newApp(more: Partial<NewApp> = {}): NewApp {
  return { label: 'Postern', publicJwk: first.publicJwk, dpopRequired: true, ...more }
}

describe('createApp', () => {
  test('makes an API Services app with the client id it was given, DPoP and the key', async () => {
    const { admin, running } = await open()
    const app = await createApp(admin, newApp(), CLIENT_ID)
    expect(app).toMatchObject({
      clientId: CLIENT_ID,
      label: 'Postern',
      isActive: true,
      applicationType: 'service',
      authMethod: 'private_key_jwt',
      dpopRequired: true,
      jwksUri: undefined,
    })
    expect(app.appId).not.toBe(CLIENT_ID)
    expect(findKey(app.keys, first.publicJwk)).toMatchObject({ kid: 'first', isActive: true })
    expect(running.unexpected).toEqual([])
  })

  test('finds the app that the same request made before instead of making a second one', async () => {
    const { admin, running } = await open()
    const made = await createApp(admin, newApp(), CLIENT_ID)
    // Another app of the same label is no reason to take that one.
    await createApp(admin, newApp({ publicJwk: second.publicJwk }), 'postern-other-123')
    const seq = running.org.ledger.size
    expect((await createApp(admin, newApp(), CLIENT_ID)).appId).toBe(made.appId)
    expect(appChanges(running, seq)).toEqual([])
  })

  test('makes one app where the connection breaks before the answer', async () => {
    const name = 'socket-reset-after-write'
    const values = { path: '/api/v1/apps', method: 'POST', times: 1 }
    const client = { clock: new TestClock() }
    const { admin, running } = await emulatedOrg(
      { edition: 'unlimited', faults: [{ name, parameters: values }] },
      client,
    )
    const app = await createApp(admin, newApp(), CLIENT_ID)
    expect(app.clientId).toBe(CLIENT_ID)
    expect(appChanges(running)).toEqual(['app created'])
  })

  test('refuses to take an app with that client id and another key for its own', async () => {
    const { admin } = await open()
    await createApp(admin, newApp({ publicJwk: second.publicJwk }), CLIENT_ID)
    const again = createApp(admin, newApp(), CLIENT_ID)
    await expect(again).rejects.toMatchObject({ code: 'app_client_id_taken' })
  })

  test("says Okta's own words where the refusal is another", async () => {
    const { admin } = await open()
    const refused = createApp(admin, newApp({ label: 'x'.repeat(101) }), CLIENT_ID)
    await expect(refused).rejects.toMatchObject({
      code: 'request_refused',
      okta: { errorCode: 'E0000001' },
    })
  })
})

describe('registerClient', () => {
  test('makes an app that the Apps API knows too, without DPoP', async () => {
    const { admin } = await open()
    const clientId = await registerClient(admin, newApp())
    expect(await requireApp(admin, clientId)).toMatchObject({
      appId: clientId,
      dpopRequired: false,
      applicationType: 'service',
      authMethod: 'private_key_jwt',
    })
  })

  test('finds its client again by name and key, whatever else has the name', async () => {
    const { admin, running } = await open()
    await registerClient(admin, newApp({ publicJwk: second.publicJwk }))
    await registerClient(admin, newApp({ label: 'Postern 2' }))
    const clientId = await registerClient(admin, newApp())
    const seq = running.org.ledger.size
    expect(await registerClient(admin, newApp())).toBe(clientId)
    expect(await findRegisteredClient(admin, newApp())).toBe(clientId)
    expect(appChanges(running, seq)).toEqual([])
  })

  test('does not choose between two clients with the name and the key', async () => {
    const { admin } = await open()
    const body = {
      client_name: 'Postern',
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [first.publicJwk] },
    }
    for (const _ of [1, 2]) {
      await admin.request({ method: 'POST', path: '/oauth2/v1/clients', body })
    }
    await expect(registerClient(admin, newApp())).rejects.toMatchObject({ code: 'app_ambiguous' })
  })
})

describe('findApp', () => {
  test('finds an app whose client id is its id, and one whose client id was chosen', async () => {
    const { admin, running } = await open()
    const made = await createApp(admin, newApp(), CLIENT_ID)
    expect((await findApp(admin, CLIENT_ID))?.appId).toBe(made.appId)
    expect((await findApp(admin, running.app.clientId))?.appId).toBe(running.app.clientId)
  })

  test('gives undefined for a client id that the org does not have', async () => {
    const { admin } = await open()
    expect(await findApp(admin, 'no-such-client')).toBeUndefined()
    await expect(requireApp(admin, 'no-such-client')).rejects.toMatchObject({
      code: 'app_not_found',
    })
  })
})

describe('changeApp', () => {
  test.each(['deleted', 'kept'] as const)(
    'changes DPoP and leaves keys, grants and the rest as they are, keysAbsentOnPut: %s',
    async (keysAbsentOnPut) => {
      const { admin, running } = await open({ assumptions: { keysAbsentOnPut } })
      const before = await requireApp(admin, running.app.clientId)
      const after = await changeApp(admin, before, { dpopRequired: true })
      expect(after).toMatchObject({ dpopRequired: true, authMethod: 'private_key_jwt' })
      expect(after.keys).toEqual(before.keys)
      const { lastUpdated: _a, settings: _b, ...rest } = after.whole
      expect(before.whole).toMatchObject(rest)
    },
  )

  test('sets the authentication method to private_key_jwt, and the secrets go', async () => {
    const { admin, running } = await open({ faults: ['client-secret-method'] })
    const before = await requireApp(admin, running.app.clientId)
    expect(before.authMethod).not.toBe('private_key_jwt')
    const after = await changeApp(admin, before, { authMethod: 'private_key_jwt' })
    expect(after.authMethod).toBe('private_key_jwt')
    expect(JSON.stringify(after.whole)).not.toContain('client_secret"')
  })

  test('points an app to a URL of keys, and the stored keys go', async () => {
    const { admin, running } = await open()
    const before = await requireApp(admin, running.app.clientId)
    const jwksUri = 'https://keys.example.com/acme.json'
    expect(await changeApp(admin, before, { jwksUri })).toMatchObject({ jwksUri, keys: [] })
  })
})

describe('the keys of an app', () => {
  test.each(['array', 'object', 'keys'] as const)(
    'are listed whether Okta gives a list or an object, keyListShape: %s',
    async (keyListShape) => {
      const { admin } = await open({ assumptions: { keyListShape } })
      const { appId } = await createApp(admin, newApp(), CLIENT_ID)
      const added = await addKey(admin, appId, second.publicJwk)
      const keys = await listKeys(admin, appId)
      expect(keys.map(({ kid, isActive }) => [kid, isActive])).toEqual([
        ['first', true],
        ['second', true],
      ])
      expect(findKey(keys, second.publicJwk)?.keyId).toBe(added.keyId)
      const old = findKey(keys, first.publicJwk)?.keyId ?? ''
      await deactivateKey(admin, appId, old)
      await deactivateKey(admin, appId, old)
      expect(findKey(await listKeys(admin, appId), first.publicJwk)?.isActive).toBe(false)
      await deleteKey(admin, appId, old)
      expect(await listKeys(admin, appId)).toHaveLength(1)
    },
  )
})

describe('grantScopes', () => {
  test.each([
    { grantStatus: '200', duplicateGrant: 'existing-grant' },
    { grantStatus: '201', duplicateGrant: '400' },
  ] as const)('grants what is missing and nothing twice, %o', async (assumptions) => {
    const { admin, running } = await open({ assumptions })
    const { appId } = await createApp(admin, newApp(), CLIENT_ID)
    const seq = running.org.ledger.size
    const granted = await grantScopes(admin, appId, scopes)
    expect(granted.map(({ scope }) => scope)).toEqual(scopes)
    expect(await grantScopes(admin, appId, scopes)).toEqual(granted)
    expect(await listGrants(admin, appId)).toEqual(granted)
    expect(appChanges(running, seq)).toEqual(['grant created', 'grant created'])
  })

  test('takes a scope for granted that somebody else granted a moment before', async () => {
    const assumptions = { duplicateGrant: '400' } as const
    const { admin, running } = await open({ assumptions })
    const { clientId: appId } = running.app
    const grant = await grantScope(admin, appId, 'okta.users.read')
    expect(await listGrants(admin, appId)).toContainEqual(grant)
  })

  test('names the role where the caller is no Super Admin', async () => {
    const org = await open()
    const { clientId: appId } = org.running.app
    const refused = grantScopes(await adminWithRole(org, 'APP_ADMIN'), appId, [
      'okta.policies.read',
    ])
    await expect(refused).rejects.toMatchObject({ code: 'role_insufficient' })
  })
})

describe('the admin roles of a client', () => {
  test.each([
    { roleStatus: '201', duplicateRole: 'E0000090', standardRoleIds: 'all-but-super-admin' },
    { roleStatus: '200', duplicateRole: 'E0000263', standardRoleIds: 'those-with-targets' },
  ] as const)('are given once and withdrawn, %o', async (assumptions) => {
    const { admin, running } = await open({ assumptions, role: 'none' })
    const { clientId } = running.app
    const seq = running.org.ledger.size
    const role = { type: 'READ_ONLY_ADMIN' } as const
    const [given] = await assignRoles(admin, clientId, [role])
    expect(given).toMatchObject({ type: 'READ_ONLY_ADMIN' })
    expect(await assignRoles(admin, clientId, [role])).toEqual([given])
    // As after a list that was read before somebody else gave it: the refusal is no failure.
    expect(await assignRole(admin, clientId, role)).toEqual(given)
    expect(await listRoles(admin, clientId)).toEqual([given])
    await withdrawRole(admin, clientId, given?.assignmentId ?? '')
    expect(await listRoles(admin, clientId)).toEqual([])
    expect(appChanges(running, seq)).toEqual(['role created', 'role deleted'])
  })

  test('include a custom role, which comes by a binding of its resource set', async () => {
    const { admin, running, client } = await open({ role: 'none' })
    const role = await customRole(admin)
    const { clientId } = running.app
    const [given] = await assignRoles(admin, clientId, [role])
    expect(given).toMatchObject({ roleId: role.roleId, resourceSetId: role.resourceSetId })
    expect(await assignRoles(admin, clientId, [role])).toEqual([given])
    // A second client comes to the same binding.
    const other = await createApp(admin, newApp(), CLIENT_ID)
    await assignRoles(admin, other.clientId, [role])
    expect(await listRoles(admin, other.clientId)).toHaveLength(1)
    const users = await client().request({ path: '/api/v1/users', query: { limit: 1 } })
    expect(users.json()).toHaveLength(1)
  })

  test('are called what the Admin Console calls them', async () => {
    const { admin, running } = await open({ role: 'none' })
    for (const type of ['APP_ADMIN', 'USER_ADMIN', 'SUPER_ADMIN'] as const) {
      const given = await assignRole(admin, running.app.clientId, { type })
      expect(given.label?.toLowerCase()).toBe(adminRoles[type].toLowerCase())
    }
  })
})

describe('the life of an app', () => {
  test('ends with deactivation and deletion; doing so again is no failure until it is gone', async () => {
    const { admin } = await open()
    const { appId } = await createApp(admin, newApp(), CLIENT_ID)
    await deactivateApp(admin, appId)
    await deactivateApp(admin, appId)
    expect((await readApp(admin, appId)).isActive).toBe(false)
    await activateApp(admin, appId)
    expect((await readApp(admin, appId)).isActive).toBe(true)
    await expect(deleteApp(admin, appId)).rejects.toMatchObject({ okta: { errorCode: 'E0000056' } })
    await deactivateApp(admin, appId)
    await deleteApp(admin, appId)
    await expect(readApp(admin, appId)).rejects.toMatchObject({ code: 'object_not_found' })
  })
})

async function customRole(admin: Org) {
  const made = async (path: string, body: object) => {
    const answer = await admin.request({ method: 'POST', path: `/api/v1/iam/${path}`, body })
    return (answer.json() as { readonly id: string }).id
  }
  const permissions = ['okta.users.read']
  const orgId = 'org'
  const roleId = await made('roles', { label: 'Readers', description: 'Reads', permissions })
  const resources = [`${admin.url}/api/v1/users`]
  const resourceSetId = await made('resource-sets', { label: 'All', description: orgId, resources })
  return { type: 'CUSTOM', roleId, resourceSetId } as const
}
