import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { type RunningOrg, startOrg } from '../../src/index.ts'
import type { OauthClient } from '../../src/state/app.ts'
import type { RoleAssignment, StandardRole, StandardRoleAssignment } from '../../src/state/role.ts'
import { ServiceClient } from '../apps/service-client.ts'
import { addServiceApp, testKey } from '../service-app.ts'
import { type Reply, readJwt, sendRequest } from './scenario.ts'

/** Lists of which an org always holds something: its first Super Admin, Everyone, Okta's own apps, the token just given. */
const probes = {
  'okta.users.read': '/api/v1/users?limit=1',
  'okta.groups.read': '/api/v1/groups?limit=1',
  'okta.apps.read': '/api/v1/apps?limit=1',
  'okta.logs.read': '/api/v1/logs?limit=1',
} as const
type Probe = keyof typeof probes
const everyProbe = Object.keys(probes) as Probe[]
const key = testKey('detect', 'ES256')

let running: RunningOrg

beforeAll(async () => {
  const clock = new TestClock(new Date('2026-03-30T08:00:00.000Z'))
  const size = { users: 5, groups: 3 }
  running = await startOrg({ clock, edition: 'unlimited', keyType: 'EC', ...size })
})

afterAll(async () => {
  expect(running.unexpected).toEqual([])
  await running.close()
})

interface Made {
  readonly client: ServiceClient
  readonly granted: readonly string[]
}

/** A service app that holds a token for whatever was granted of every scope. */
async function connect(
  options: {
    readonly scopes?: readonly string[]
    readonly roles?: readonly StandardRole[]
    readonly client?: Partial<OauthClient>
    readonly dpop?: boolean
  } = {},
): Promise<Made> {
  const { scopes = everyProbe, roles = [], client = {}, dpop = false } = options
  const app = addServiceApp(running.org, { key, scopes, roles, client, dpopRequired: dpop })
  const service = new ServiceClient(running, { clientId: app.clientId, key, dpop })
  const scope = everyProbe.join(' ')
  const first = await service.requestToken(scope)
  const given = first.status === 200 ? first : await service.requestToken(scope)
  expect(given.status).toBe(200)
  return { client: service, granted: String(given.json['scope']).split(' ') }
}

const readable = async ({ client }: Made, probe: Probe) => {
  const reply = await client.call('GET', probes[probe])
  return { status: reply.status, count: reply.json['length'], errorCode: reply.json['errorCode'] }
}

const assigned = {
  id: 'ra100000000000000001',
  createdMs: 0,
  lastUpdatedMs: 0,
  groupTargets: [],
  appTargets: [],
}

const role = (
  more: Partial<StandardRoleAssignment> & Pick<StandardRoleAssignment, 'type'>,
): RoleAssignment => ({ ...assigned, ...more })

const custom = (permissions: readonly string[], resources: readonly string[]): RoleAssignment => ({
  ...assigned,
  type: 'CUSTOM',
  custom: {
    roleId: 'cr000000000000000001',
    resourceSetId: 'iam00000000000000001',
    permissions,
    resources,
  },
})

describe('step 1: the scopes of the token', () => {
  test('say that a scope was not granted, in the answer and in the token alike, whatever the role', async () => {
    for (const roles of [[], ['SUPER_ADMIN']] as const) {
      const { org } = running
      const app = addServiceApp(org, { key, scopes: ['okta.users.read'], roles })
      const client = new ServiceClient(running, { clientId: app.clientId, key })
      const { json } = await client.requestToken(everyProbe.join(' '))
      const [, claims] = readJwt(String(json['access_token']))
      expect([json['scope'], claims?.['scp']]).toEqual(['okta.users.read', ['okta.users.read']])
    }
  })
})

describe('step 2: the users', () => {
  test('are never none for a caller who may read them', async () => {
    const made = await connect({ roles: ['READ_ONLY_ADMIN'] })
    expect(await readable(made, 'okta.users.read')).toMatchObject({ status: 200, count: 1 })
  })

  test('are none without a role: 200, no items, a self link and no next', async () => {
    const { client, granted } = await connect()
    expect(granted).toEqual(everyProbe)
    const reply = await client.call('GET', probes['okta.users.read'])
    expect([reply.status, reply.text]).toEqual([200, '[]'])
    expect(reply.headers['link']).toBe(`<${running.url}/api/v1/users?limit=1>; rel="self"`)
    expect(reply.headers['www-authenticate']).toBeUndefined()
  })

  test('are none for a role that is limited to an empty set too', async () => {
    const roles = [role({ type: 'HELP_DESK_ADMIN', groupTargets: ['00g0000000000000005d'] })]
    const made = await connect({ client: { roles } })
    expect(await readable(made, 'okta.users.read')).toMatchObject({ status: 200, count: 0 })
  })
})

describe('step 3: the groups', () => {
  const builtIn = `/api/v1/groups?filter=${encodeURIComponent('type eq "BUILT_IN"')}`

  test('hold Everyone for who may read them', async () => {
    const { client } = await connect({ roles: ['READ_ONLY_ADMIN'] })
    const reply = await client.call('GET', builtIn)
    expect(reply.json).toMatchObject([{ type: 'BUILT_IN', profile: { name: 'Everyone' } }])
  })

  test('are none without a role, or 403 E0000006 where that is assumed', async () => {
    const made = await connect()
    expect(await readable(made, 'okta.groups.read')).toMatchObject({ status: 200, count: 0 })
    expect((await made.client.call('GET', builtIn)).text).toBe('[]')
    const before = running.org.assumptions
    running.org.assumptions = { ...before, listsWithoutRole: 'forbidden' }
    const forbidden = { status: 403, errorCode: 'E0000006' }
    expect(await readable(made, 'okta.groups.read')).toMatchObject(forbidden)
    // Users are the one list that was recorded.
    expect(await readable(made, 'okta.users.read')).toMatchObject({ status: 200, count: 0 })
    running.org.assumptions = before
  })

  test('are some beside no users for a role without the permission for users', async () => {
    const orn = `orn:okta:directory:${running.org.id}:groups`
    const made = await connect({ client: { roles: [custom(['okta.groups.read'], [orn])] } })
    expect(await readable(made, 'okta.groups.read')).toMatchObject({ status: 200, count: 1 })
    expect(await readable(made, 'okta.users.read')).toMatchObject({ status: 200, count: 0 })
  })

  test('lack Everyone for a group administrator, and are not none', async () => {
    const made = await connect({ roles: ['USER_ADMIN'] })
    expect((await made.client.call('GET', builtIn)).text).toBe('[]')
    expect(await readable(made, 'okta.groups.read')).toMatchObject({ status: 200, count: 1 })
  })
})

describe('step 4: the apps and the log', () => {
  test("show Okta's own apps and the app's own token to a reader, and nothing without a role", async () => {
    const reader = await connect({ roles: ['READ_ONLY_ADMIN'] })
    const apps = await reader.client.call('GET', '/api/v1/apps')
    const names = Object.values(apps.json).map((app) => (app as { readonly name: string }).name)
    expect(names).toEqual(
      expect.arrayContaining(['saasure', 'okta_enduser', 'okta_browser_plugin']),
    )
    const granted = encodeURIComponent(
      `eventType eq "app.oauth2.token.grant.access_token" and actor.id eq "${reader.client.clientId}"`,
    )
    const own = await reader.client.call('GET', `/api/v1/logs?filter=${granted}`)
    expect(own.json).toMatchObject([{ outcome: { result: 'SUCCESS' } }])
    const nobody = await connect()
    expect(await readable(nobody, 'okta.apps.read')).toMatchObject({ status: 200, count: 0 })
    expect(await readable(nobody, 'okta.logs.read')).toMatchObject({ status: 200, count: 0 })
  })

  test('each tell no role from a role by themselves, for an app with that scope alone', async () => {
    for (const probe of everyProbe) {
      const without = await connect({ scopes: [probe] })
      expect([probe, (await readable(without, probe)).count]).toEqual([probe, 0])
      const reader = await connect({ scopes: [probe], roles: ['READ_ONLY_ADMIN'] })
      expect([probe, (await readable(reader, probe)).count]).toEqual([probe, 1])
    }
  })

  test('without a role polling the log goes on from where it is, with the limit of every reader', async () => {
    const without = await connect({ scopes: ['okta.logs.read'] })
    const reply = await without.client.call('GET', '/api/v1/logs?since=2026-03-30T07:00:00Z')
    const [self, next] = String(reply.headers['link']).split(/, (?=<)/)
    expect(self).toContain('since=2026-03-30T07%3A00%3A00Z&limit=100>; rel="self"')
    expect(next).toMatch(/limit=100&after=[^>]+>; rel="next"$/)
    const again = /<([^>]+)>/.exec(next ?? '')?.[1] ?? ''
    const further = await without.client.call('GET', again.replace(running.url, ''))
    expect([further.status, further.text]).toEqual([200, '[]'])
  })
})

describe('step 5: the roles of the client', () => {
  const rolesOf = (clientId: string, authorization: string): Promise<Reply> =>
    sendRequest(running.url, `/oauth2/v1/clients/${clientId}/roles`, { headers: { authorization } })

  test('are the last word of a Super Admin, and refused to a Read-only Admin', async () => {
    const { org, adminToken } = running
    const none = await connect()
    expect((await rolesOf(none.client.clientId, `SSWS ${adminToken}`)).json).toEqual([])
    const reader = await connect({ roles: ['READ_ONLY_ADMIN'] })
    const found = await rolesOf(reader.client.clientId, `SSWS ${adminToken}`)
    expect(found.json).toMatchObject([{ type: 'READ_ONLY_ADMIN', assignmentType: 'CLIENT' }])
    const [first] = [...org.users]
    if (first === undefined) throw new Error('The org has no user.')
    const { id: _id, ...person } = first
    const id = org.ids.next('user')
    const login = 'auditor@example.com'
    org.putUser({
      ...person,
      id,
      profile: { ...person.profile, login, email: login },
      roles: [role({ type: 'READ_ONLY_ADMIN' })],
    })
    const token = org.addApiToken(id, 'auditor').value
    expect(await rolesOf(reader.client.clientId, `SSWS ${token}`)).toMatchObject({
      status: 403,
      json: { errorCode: 'E0000006' },
    })
  })
})

describe('step 6: a refusal says whose fault it is', () => {
  const userId = () => [...running.org.users][0]?.id ?? ''

  test('403 with insufficient_scope and no body is the scope', async () => {
    const { client } = await connect({ scopes: ['okta.groups.read'], roles: ['SUPER_ADMIN'] })
    const path = `/api/v1/users/${userId()}`
    const reply = await client.call('GET', `${path}?fields=profile:(login)`)
    expect([reply.status, reply.text]).toEqual([403, ''])
    const { host } = new URL(running.url)
    expect(reply.headers['www-authenticate']).toBe(
      `Bearer authorization_uri="http://${host}/oauth2/v1/authorize", realm="http://${host}", scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="${path}"`,
    )
  })

  test('403 with E0000006 and no challenge is the role', async () => {
    const { client } = await connect()
    const reply = await client.call('GET', `/api/v1/users/${userId()}`)
    expect(reply).toMatchObject({ status: 403, json: { errorCode: 'E0000006' } })
    expect(reply.headers['www-authenticate']).toBeUndefined()
  })

  test('400 with DPoP in the challenge is the proof', async () => {
    const { client } = await connect({ dpop: true, roles: ['READ_ONLY_ADMIN'] })
    const path = '/api/v1/users'
    expect((await client.call('GET', path)).status).toBe(200)
    const { status, text, headers } = await sendRequest(running.url, path, {
      headers: { authorization: `DPoP ${client.token}`, dpop: 'no.proof.here' },
    })
    expect([status, text]).toEqual([400, ''])
    expect(headers['www-authenticate']).toMatch(
      /^DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", .*error="invalid_dpop_proof"/,
    )
  })

  test('401 is the credential, unless its body says E0000015, which is the feature', async () => {
    const path = `/api/v1/users/${userId()}`
    const authorization = `SSWS ${running.adminToken}`
    const wrong = await sendRequest(running.url, path, { headers: { authorization: 'SSWS 00no' } })
    expect(wrong).toMatchObject({ status: 401, json: { errorCode: 'E0000011' } })
    const unknown = await sendRequest(running.url, path, {
      headers: { authorization: 'Bearer no' },
    })
    expect([unknown.status, unknown.text]).toEqual([401, ''])
    expect(unknown.headers['www-authenticate']).toContain('error="invalid_token"')
    const feature = await sendRequest(running.url, `${path}/blocks`, { headers: { authorization } })
    expect(feature).toMatchObject({ status: 401, json: { errorCode: 'E0000015' } })
  })
})
