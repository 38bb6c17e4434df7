/** @module The official client, `@okta/okta-sdk-nodejs`, works against an emulated org. */

import { generateKeyPairSync } from 'node:crypto'
import okta from '@okta/okta-sdk-nodejs'
import { afterEach, describe, expect, test } from 'vitest'
import { TestClock } from '../../../test/test-clock.ts'
import { type RunningOrg, type StartOptions, startOrg } from '../src/index.ts'
import { beyondDeclarations } from './official-types.ts'

const scopes = [
  'okta.users.manage',
  'okta.groups.manage',
  'okta.apps.manage',
  'okta.logs.read',
] as const

const running: RunningOrg[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((org) => org.close()))
})

describe('the official client with a private key', () => {
  test('walks every page of users, and sees who the directory shows', async () => {
    const { org, client } = await connect({ users: 450 })
    const seen: (string | undefined)[] = []
    const users = await client.userApi.listUsers({ limit: 200 })
    await users.each((user) => void seen.push(user.id))
    const shown = [...org.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
    expect(seen).toEqual(shown.map(({ id }) => id))
  })

  test('walks groups, their members and apps', async () => {
    const { org, client } = await connect({ users: 60 })
    const groups = await collect(await client.groupApi.listGroups({ limit: 3 }))
    expect(groups.map(({ id }) => id)).toEqual([...org.org.groups].map(({ id }) => id))
    const everyone = groups.find(({ type }) => type === 'BUILT_IN')
    const members = await client.groupApi.listGroupUsers({
      groupId: String(everyone?.id),
      limit: 7,
    })
    const shown = [...org.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
    expect((await collect(members)).length).toBe(shown.length)
    const apps = await collect(await client.applicationApi.listApplications({ limit: 2 }))
    expect(apps.map(({ id }) => id)).toEqual([...org.org.apps].map(({ id }) => id))
  })

  test('finds users by search, and its dates are dates', async () => {
    const { org, client } = await connect({ users: 60 })
    const [, somebody] = [...org.org.users]
    const search = `profile.login eq "${somebody?.profile['login']}"`
    const [found] = await collect(await client.userApi.listUsers({ search }))
    expect(found?.id).toBe(somebody?.id)
    expect(found?.created?.getTime()).toBe(somebody?.createdMs)
  })

  test('creates a user, puts the user into a group, assigns an app, and takes it all back', async () => {
    const { org, client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    const profile = {
      ...{ firstName: 'Grace', lastName: 'Hopper' },
      ...{ login: 'grace@example.com', email: 'grace@example.com' },
    }
    const user = await client.userApi.createUser({ body: { profile }, activate: true })
    const group = await client.groupApi.createGroup({ group: { profile: { name: 'Navy' } } })
    const userId = String(user.id)
    const groupId = String(group.id)
    await client.groupApi.assignUserToGroup({ groupId, userId })
    expect(org.org.members.has(groupId, userId)).toBe(true)
    const app = await client.applicationApi.createApplication({
      application: {
        ...{ name: 'bookmark', label: 'Docs', signOnMode: 'BOOKMARK' },
        settings: { app: { requestIntegration: false, url: 'https://example.com/' } },
      } as never,
    })
    const appId = String(app.id)
    await client.applicationApi.assignUserToApplication({ appId, appUser: { id: userId } })
    const assigned = await collect(await client.applicationApi.listApplicationUsers({ appId }))
    expect(assigned.map(({ id, scope }) => ({ id, scope }))).toEqual([
      { id: userId, scope: 'USER' },
    ])
    await client.applicationApi.unassignUserFromApplication({ appId, userId })
    await client.groupApi.unassignUserFromGroup({ groupId, userId })
    expect(org.org.members.has(groupId, userId)).toBe(false)
    expect(org.unexpected).toEqual([])
  })

  test('reads the events of what it did from the System Log', async () => {
    const { client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    await client.groupApi.createGroup({ group: { profile: { name: 'Logged' } } })
    const since = new Date(Date.now() - 3_600_000).toISOString()
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const events = await collect(await client.systemLogApi.listLogEvents({ since, until } as never))
    expect(events.map(({ eventType }) => eventType)).toContain('group.lifecycle.create')
  })

  test('knows every member of an event but three', async () => {
    const { org, client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    await client.groupApi.createGroup({ group: { profile: { name: 'Logged' } } })
    const since = new Date(Date.now() - 3_600_000).toISOString()
    const [known] = await collect(await client.systemLogApi.listLogEvents({ since }))
    const headers = { Authorization: `SSWS ${org.adminToken}` }
    const answer = await fetch(`${org.url}/api/v1/logs?since=${since}`, { headers })
    const [shown] = await answer.json()
    expect(unknownMembers(shown, JSON.parse(JSON.stringify(known)))).toEqual([
      'device',
      // Known by another name, with an underscore.
      'authenticationContext.interface',
      'authenticationContext.rootSessionId',
    ])
  })

  test('polls the System Log, and sees at the next turn what happened since', async () => {
    const { client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    const since = new Date(Date.now() - 3_600_000).toISOString()
    await client.groupApi.createGroup({ group: { profile: { name: 'First' } } })
    const events = await client.systemLogApi.listLogEvents({ since })
    const first = await collect(events)
    expect(first.map(({ eventType }) => eventType)).toContain('group.lifecycle.create')
    await client.groupApi.createGroup({ group: { profile: { name: 'Second' } } })
    const second = await collect(events)
    expect(second.map(({ target }) => target?.[0]?.displayName)).toEqual(['Second'])
    expect(await collect(events)).toEqual([])
  })

  test('leads a user through the lifecycle', async () => {
    const { org, client } = await connect({ users: 3, role: 'SUPER_ADMIN' })
    const profile = {
      ...{ firstName: 'Grace', lastName: 'Hopper' },
      ...{ login: 'grace@example.com', email: 'grace@example.com' },
    }
    const credentials = { password: { value: 'Nanosecond-1906' } }
    const body = { profile, credentials }
    const user = await client.userApi.createUser({ body, activate: false })
    const userId = String(user.id)
    const states = [user.status]
    const { userApi: api } = client
    const note = async () => void states.push((await api.getUser({ userId })).status)
    await api.activateUser({ userId, sendEmail: false }).then(note)
    await api.suspendUser({ userId }).then(note)
    await api.unsuspendUser({ userId }).then(note)
    await api.deactivateUser({ userId }).then(note)
    expect(states).toEqual(['STAGED', 'ACTIVE', 'SUSPENDED', 'ACTIVE', 'DEPROVISIONED'])
    await api.deleteUser({ userId })
    expect(org.org.users.get(userId)).toBeUndefined()
  })

  test('makes a group rule, switches it on and off, and deletes it', async () => {
    const { org, client } = await connect({ users: 20, role: 'SUPER_ADMIN' })
    const group = await client.groupApi.createGroup({ group: { profile: { name: 'Ruled' } } })
    const groupId = String(group.id)
    const value = 'user.email != null'
    const rule = await client.groupApi.createGroupRule({
      groupRule: {
        ...{ type: 'group_rule', name: 'Everybody with an address' },
        conditions: { expression: { value, type: 'urn:okta:expression:1.0' } },
        actions: { assignUserToGroups: { groupIds: [groupId] } },
      } as never,
    })
    expect(rule.conditions?.expression?.value).toBe(value)
    const ruleId = String(rule.id)
    await client.groupApi.activateGroupRule({ ruleId })
    const rules = await collect(await client.groupApi.listGroupRules())
    expect(rules.find(({ id }) => id === ruleId)?.status).toBe('ACTIVE')
    expect((await collect(await client.groupApi.listGroupUsers({ groupId }))).length).not.toBe(0)
    await client.groupApi.deactivateGroupRule({ ruleId })
    await client.groupApi.deleteGroupRule({ ruleId })
    expect(org.unexpected).toEqual([])
  })

  test('learns from the refusal that a scope was not granted', async () => {
    const { client } = await connect({ users: 5, scopes: ['okta.users.read'] })
    await expect(client.groupApi.listGroups().then(collect)).rejects.toMatchObject({ status: 403 })
  })
})

describe('the official client with an API token', () => {
  test('takes a grant back and gives it again', async () => {
    const { org, client } = await connect({ users: 3 }, 'api-token')
    const appId = org.app.clientId
    const { applicationApi: api } = client
    const grants = await collect(await api.listScopeConsentGrants({ appId }))
    expect(grants.map(({ scopeId }) => scopeId).toSorted()).toEqual([...scopes].toSorted())
    const [grant] = grants
    await api.revokeScopeConsentGrant({ appId, grantId: String(grant?.id) })
    const { issuer, scopeId } = await api.grantConsentToScope({
      appId,
      oAuth2ScopeConsentGrant: { issuer: org.url, scopeId: String(grant?.scopeId) },
    })
    expect({ issuer, scopeId }).toEqual({ issuer: org.url, scopeId: grant?.scopeId })
    expect(await collect(await api.listScopeConsentGrants({ appId }))).toHaveLength(scopes.length)
  })

  test('gives a service app a role and takes it back', async () => {
    const { org, client } = await connect({ users: 3 }, 'api-token')
    const { clientId } = org.app
    const { roleAssignmentApi: api } = client
    const roles = async () =>
      (await collect(await api.listRolesForClient({ clientId }))).map(({ type }) => type)
    const before = await roles()
    const given = await api.assignRoleToClient({
      clientId,
      assignRoleRequest: { type: 'HELP_DESK_ADMIN' } as never,
    })
    expect(await roles()).toEqual([...before, 'HELP_DESK_ADMIN'])
    await api.deleteRoleFromClient({ clientId, roleAssignmentId: String(given.id) })
    expect(await roles()).toEqual(before)
  })

  test('adds a key to an app, switches it off and deletes it', async () => {
    const { org, client } = await connect({ users: 3 }, 'api-token')
    const appId = org.app.clientId
    const { applicationSSOPublicKeysApi: api } = client
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = publicKey.export({ format: 'jwk' })
    const added = await api.addJwk({
      appId,
      addJwkRequest: { ...jwk, kid: 'second', use: 'sig', alg: 'RS256' } as never,
    })
    expect(added).toMatchObject({ kid: 'second', kty: 'RSA', status: 'ACTIVE', n: jwk.n })
    const keyId = String(added.id)
    expect(await api.getJwk({ appId, keyId })).toMatchObject({ id: keyId, kid: 'second' })
    await api.deactivateOAuth2ClientJsonWebKey({ appId, keyId })
    await api.deletejwk({ appId, keyId })
    expect(org.org.apps.get(appId)?.oauth?.keys).toHaveLength(1)
  })
})

describe('the official client in trouble', () => {
  test.each([
    ['server-error', 500],
    ['bad-gateway', 502],
    ['unavailable', 503],
  ])('gives up at the first %s', async (fault, status) => {
    const { org, client } = await connect({ users: 3 })
    org.faults.on({ name: fault, parameters: { path: '/api/v1/users', times: 1 } })
    await expect(client.userApi.listUsers().then(collect)).rejects.toMatchObject({ status })
    expect(await client.userApi.listUsers().then(collect)).toHaveLength(3)
  })

  test('asks for a new token after a 401, once', async () => {
    const { org, client, traffic } = await connect({ users: 3 })
    await client.userApi.listUsers().then(collect)
    org.faults.on({ name: 'tokens-revoked' })
    traffic.length = 0
    expect(await client.userApi.listUsers().then(collect)).toHaveLength(3)
    expect(traffic).toEqual([
      '/api/v1/users',
      '/oauth2/v1/token',
      '/oauth2/v1/token',
      '/api/v1/users',
    ])
  })

  test('hides what the token endpoint says, and calls on without a token', async () => {
    const { org, client, traffic } = await connect({ users: 3 })
    org.faults.on({ name: 'key-not-registered' })
    await expect(client.userApi.listUsers().then(collect)).rejects.toMatchObject({ status: 401 })
    const call = ['/oauth2/v1/token', '/api/v1/users']
    expect(traffic).toEqual([...call, ...call])
  })

  test('stops without a word at an empty page that has a next link', async () => {
    const { client } = await connect({ users: 450, faults: ['empty-page-with-next'] })
    expect(await client.userApi.listUsers({ limit: 200 }).then(collect)).toEqual([])
  })
})

describe('the declarations of the official client', () => {
  test('have all that the emulator shows, but for what was reviewed', () => {
    // The compiler compares; here each difference has a reason.
    const reasons: readonly string[] = Object.values(beyondDeclarations)
    expect(reasons.every((reason) => reason.length > 0)).toBe(true)
  })
})

describe('the official client and an app that requires DPoP', () => {
  test('gets a bound token and reads with it', async () => {
    const { org, client } = await connect({ users: 30, faults: ['dpop-required'] })
    const users = await collect(await client.userApi.listUsers({ limit: 10 }))
    expect(users.length).toBeGreaterThan(20)
    expect(org.unexpected).toEqual([])
  })
})

describe('the official client and the rate limit', () => {
  test('waits for the reset after a 429 and then reads on', async () => {
    const clock = new TestClock(new Date('2026-01-01T00:00:00.000Z'))
    const { org, client } = await connect({ users: 3, clock, edition: 'integrator' }, 'api-token')
    const limit = 50
    for (let asked = 0; asked < limit; asked++) await collect(await client.userApi.listUsers())
    // The window that the first call opened ends in a second, and so does the client's wait; then the clock has moved.
    clock.advance(59_000)
    const backoff = new Promise<void>((resolve) => {
      client.requestExecutor.on('backoff', () => {
        clock.advance(2_000)
        resolve()
      })
    })
    const users = await collect(await client.userApi.listUsers())
    await backoff
    expect(users.length).toBe([...org.org.users].length)
  })
})

async function connect(options: StartOptions, kind: 'service-app' | 'api-token' = 'service-app') {
  const org = await startOrg({ scopes: [...scopes], edition: 'unlimited', ...options })
  running.push(org)
  const { clientId, key } = org.app
  const credential =
    kind === 'api-token'
      ? { token: org.adminToken }
      : {
          authorizationMode: 'PrivateKey',
          clientId,
          scopes: [...(options.scopes ?? scopes)],
          privateKey: JSON.stringify(key),
          keyId: key.kid,
        }
  // A constant of its own: the declarations of the client leave `testing` out.
  const configuration = { orgUrl: org.url, ...credential, testing: { disableHttpsCheck: true } }
  const client = new okta.Client(configuration)
  /** The paths of what the client asked for so far. */
  const traffic: string[] = []
  client.requestExecutor.on('request', ({ url }: { url: string }) => {
    traffic.push(new URL(url).pathname)
  })
  return { org, client, traffic }
}

/** The paths of members that one value has and the other has not. */
function unknownMembers(shown: unknown, known: unknown): string[] {
  if (typeof shown !== 'object' || shown === null) return []
  return Object.entries(shown).flatMap(([name, value]) => {
    const found = (known as Record<string, unknown> | undefined)?.[name]
    if (found === undefined) return [name]
    return unknownMembers(value, found).map((below) => `${name}.${below}`)
  })
}

async function collect<T>(collection: { each(iterator: (item: T) => unknown): Promise<unknown> }) {
  const items: T[] = []
  await collection.each((item) => void items.push(item))
  return items
}
