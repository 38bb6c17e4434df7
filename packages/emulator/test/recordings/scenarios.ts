/** @module What each recorded exchange found in its org, made again in the emulator before the request is repeated. */

import type { RateLimits } from '../../src/http/rate-limit.ts'
import type { Org } from '../../src/index.ts'
import { isJsonObject, type JsonObject } from '../../src/json.ts'
import type { App } from '../../src/state/app.ts'
import type { Group } from '../../src/state/group.ts'
import type { RoleAssignment } from '../../src/state/role.ts'
import type { User } from '../../src/state/user.ts'
import type { Recording } from '../recording.ts'

/** Where a scenario is played. */
export interface Stage {
  readonly org: Org
  readonly limits: RateLimits
  readonly recording: Recording
  /** Calls the emulator as a Super Admin and gives the answer's body. */
  call(method: string, path: string, body?: unknown): Promise<JsonObject>
}

/** The request in the emulator's own ids, where they differ from the recorded ones. */
export interface Prepared {
  readonly path?: string
  readonly query?: string
  readonly body?: unknown
}

type Scenario = (stage: Stage) => Prepared | Promise<Prepared>

const asItIs: Scenario = () => ({})

/** One for each recording. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'apps-01-list-limit2-self-and-next': asItIs,
  'apps-02-list-400-invalid-cursor': asItIs,
  'apps-03-create-service-app-with-jwks': asItIs,
  'apps-04-create-bookmark': asItIs,
  'apps-05-delete-403-active': async ({ call }) => ({
    path: `/api/v1/apps/${await addBookmark(call)}`,
  }),
  'apps-06-assign-user': assignUser,
  'apps-07-users-list': async (stage) => {
    const { path, body } = await assignUser(stage)
    await stage.call('POST', path, body)
    return { path }
  },
  'apps-08-assign-group': async ({ org, call }) => {
    const group = addGroup(org)
    return { path: `/api/v1/apps/${await addBookmark(call)}/groups/${group.id}` }
  },
  'apps-09-groups-list': async ({ org, call, recording }) => {
    const path = `/api/v1/apps/${await addBookmark(call)}/groups`
    for (const { priority, profile } of bodyItems(recording)) {
      await call('PUT', `${path}/${addGroup(org, String(priority)).id}`, { priority, profile })
    }
    return { path }
  },
  'devices-01-list-self-and-next': asItIs,
  'errors-401-E0000015-feature': ({ org }) => ({ path: `/api/v1/users/${addUser(org).id}/blocks` }),
  'errors-405-E0000022': asItIs,
  'errors-429-E0000047-per-token': async ({ limits, call, recording }) => {
    limits.overrides.set('/api/v1', 20)
    const path = `${recording.request.path}?${recording.request.query}`
    for (let asked = 0; asked < 10; asked++) await call('GET', path)
    return {}
  },
  'grants-01-grant-scope': async ({ call, recording }) => {
    const { scopeId } = bodyOf(recording)
    const app = await addServiceApp(call, granted)
    return { path: `/api/v1/apps/${app}/grants`, body: { scopeId, issuer: '{org}' } }
  },
  'grants-02-list': async ({ call, recording }) => {
    const path = `/api/v1/apps/${await addServiceApp(call, granted)}/grants`
    for (const { scopeId } of bodyItems(recording)) {
      await call('POST', path, { scopeId, issuer: '{org}' })
    }
    return { path }
  },
  'groups-01-q-everyone-built-in': asItIs,
  'groups-02-list-default-2020': ({ org, recording }) => {
    for (const group of bodyItems(recording)) {
      if (group['type'] === 'OKTA_GROUP') importGroup(org, group)
    }
    return {}
  },
  'groups-04-get-404': asItIs,
  'groups-05-member-add-204': ({ org }) => ({
    path: `/api/v1/groups/${addGroup(org).id}/users/${addUser(org).id}`,
  }),
  'groups-06-member-remove-204': ({ org }) => {
    const [group, user] = [addGroup(org), addUser(org)]
    org.members.add(group.id, user.id)
    return { path: `/api/v1/groups/${group.id}/users/${user.id}` }
  },
  'groups-07-members-list': ({ org, recording }) => {
    const group = addGroup(org)
    for (const user of bodyItems(recording)) org.members.add(group.id, importUser(org, user).id)
    return { path: `/api/v1/groups/${group.id}/users` }
  },
  'groups-08-rule-create': ruleFor,
  'groups-09-rule-create-423-E0000239': async (stage) => {
    stage.org.assumptions = { ...stage.org.assumptions, ruleReconciliationMs: 60_000 }
    const { body } = ruleFor(stage)
    await stage.call('POST', stage.recording.request.path, { ...body, name: 'the one before' })
    return { body }
  },
  'roles-01-assign-role-to-client': async ({ call }) => ({
    path: `/oauth2/v1/clients/${await addServiceApp(call)}/roles`,
  }),
  'users-01-list-limit1-self-and-next': listOfUsers,
  'users-02-list-page1-2020': listOfUsers,
  'users-03-list-page2-2020': (stage) => {
    const before = addUser(stage.org)
    return { ...listOfUsers(stage), query: `after=200${before.id.slice(2)}&limit=1` }
  },
  'users-04-search-self-and-next': listOfUsers,
  'users-05-search-unknown-sortOrder-dropped-from-self': ({ org, recording }) => {
    for (const user of bodyItems(recording)) importUser(org, user)
    return {}
  },
  'users-06-get-active': oneUser,
  'users-07-get-by-login': oneUser,
  'users-08-get-404': asItIs,
  'users-09-create': asItIs,
  'users-10-create-400-undefined-attribute': asItIs,
  'users-11-suspend': ({ org }) => ({
    path: `/api/v1/users/${addUser(org).id}/lifecycle/suspend`,
  }),
  'users-12-unlock-403-E0000032': ({ org }) => ({
    path: `/api/v1/users/${addUser(org).id}/lifecycle/unlock`,
  }),
  'users-13-reactivate-403-E0000038': ({ org }) => ({
    path: `/api/v1/users/${addUser(org).id}/lifecycle/reactivate`,
  }),
  'users-14-get-deprovisioned': oneUser,
  'users-16-groups-of-user': ({ org, recording }) => {
    const user = addUser(org)
    for (const group of bodyItems(recording)) {
      if (group['type'] === 'OKTA_GROUP') org.members.add(importGroup(org, group).id, user.id)
    }
    return { path: `/api/v1/users/${user.id}/groups` }
  },
}

/** The administrator who asks, alone in the org. The id is behind every other one, so that lists begin with who comes. */
export function addAdmin(org: Org): User {
  for (const user of [...org.users]) org.removeUser(user)
  const admin = importUser(org, {
    status: 'DEPROVISIONED',
    profile: { firstName: 'Ada', lastName: 'Admin', login: 'admin@example.com' },
  })
  const role: RoleAssignment = {
    ...{ id: 'ra1ADMIN0000000Tst00', type: 'SUPER_ADMIN', createdMs: 0, lastUpdatedMs: 0 },
    ...{ groupTargets: [], appTargets: [] },
  }
  org.removeUser(admin)
  const active: User = { ...admin, id: '00uzADMIN0000000Tst0', status: 'ACTIVE', roles: [role] }
  org.putUser(active, { settled: true })
  return active
}

// The list holds the recorded users in front and one more behind them, to which `next` leads.
function listOfUsers({ org, recording }: Stage): Prepared {
  for (const user of bodyItems(recording)) importUser(org, user)
  const [last] = bodyItems(recording)
  if (last !== undefined)
    importUser(org, { ...last, profile: { ...profileOf(last), login: 'z@example.com' } })
  return {}
}

function oneUser({ org, recording }: Stage): Prepared {
  const { id } = importUser(org, bodyOf(recording))
  const byId = /\/00u\w{17}$/.test(recording.request.path)
  return byId ? { path: `/api/v1/users/${id}` } : {}
}

async function assignUser({ org, call, recording }: Stage) {
  const recorded = Array.isArray(recording.response.body)
    ? (bodyItems(recording)[0] ?? {})
    : bodyOf(recording)
  const { given_name, family_name, email } = profileOf(recorded)
  const user = importUser(org, {
    status: 'ACTIVE',
    profile: { firstName: given_name, lastName: family_name, login: email, email },
  })
  const path = `/api/v1/apps/${await addServiceApp(call, { kind: 'web' })}/users`
  return { path, body: { id: user.id, credentials: { userName: String(email) } } }
}

function ruleFor({ org, recording }: Stage): { readonly body: JsonObject } {
  const actions = { assignUserToGroups: { groupIds: [addGroup(org).id] } }
  return { body: { ...(recording.request.body as JsonObject), actions } }
}

function importUser(org: Org, recorded: JsonObject): User {
  const credentials = recorded['credentials']
  const user: User = {
    id: org.ids.next('user'),
    status: recorded['status'] as User['status'],
    createdMs: timeOf(recorded['created']) ?? 0,
    activatedMs: timeOf(recorded['activated']),
    statusChangedMs: timeOf(recorded['statusChanged']),
    lastLoginMs: timeOf(recorded['lastLogin']),
    lastUpdatedMs: timeOf(recorded['lastUpdated']) ?? 0,
    passwordChangedMs: timeOf(recorded['passwordChanged']),
    profile: profileOf(recorded),
    hasPassword: isJsonObject(credentials) && 'password' in credentials,
    provider: { type: 'OKTA', name: 'OKTA' },
    ...(typeof recorded['realmId'] === 'string' ? { realmId: recorded['realmId'] } : {}),
  }
  org.putUser(user, { settled: true })
  return user
}

function addUser(org: Org): User {
  return importUser(org, {
    status: 'ACTIVE',
    profile: { firstName: 'A', lastName: 'B', login: `${org.users.size}@example.com` },
  })
}

function importGroup(org: Org, recorded: JsonObject): Group {
  const group: Group = {
    id: org.ids.next('group'),
    type: 'OKTA_GROUP',
    objectClass: ['okta:user_group'],
    createdMs: timeOf(recorded['created']) ?? 0,
    lastUpdatedMs: timeOf(recorded['lastUpdated']) ?? 0,
    lastMembershipUpdatedMs: timeOf(recorded['lastMembershipUpdated']) ?? 0,
    profile: profileOf(recorded),
  }
  org.groups.putSettled(group)
  return group
}

function addGroup(org: Org, name = 'a group'): Group {
  return importGroup(org, { profile: { name, description: null } })
}

async function addBookmark(call: Stage['call']): Promise<App['id']> {
  const settings = { app: { requestIntegration: false, url: 'https://example.com/' } }
  const body = { name: 'bookmark', label: 'A bookmark', signOnMode: 'BOOKMARK', settings }
  return idOf(await call('POST', '/api/v1/apps', body))
}

// The app of the recordings of grants.
const granted = { label: 'AddOpenIdConnectApp-Revoke-Consent', clientId: 'testclientid123456' }

async function addServiceApp(
  call: Stage['call'],
  {
    kind = 'service',
    label = 'An app',
    clientId,
  }: { kind?: string; label?: string; clientId?: string } = {},
): Promise<App['id']> {
  const service = { grant_types: ['client_credentials'], response_types: ['token'] }
  const web = {
    ...{ grant_types: ['authorization_code'], response_types: ['code'] },
    redirect_uris: ['https://example.com/'],
  }
  const oauthClient = { application_type: kind, ...(kind === 'service' ? service : web) }
  const body = {
    ...{ name: 'oidc_client', label, signOnMode: 'OPENID_CONNECT' },
    credentials: {
      oauthClient: {
        token_endpoint_auth_method: 'client_secret_basic',
        ...(clientId === undefined ? {} : { client_id: clientId }),
      },
    },
    settings: { oauthClient },
  }
  return idOf(await call('POST', '/api/v1/apps', body))
}

function idOf(answer: JsonObject): string {
  if (typeof answer['id'] !== 'string') throw new Error(JSON.stringify(answer))
  return answer['id']
}

function bodyOf({ response }: Recording): JsonObject {
  return response.body as JsonObject
}

function bodyItems({ response }: Recording): readonly JsonObject[] {
  return response.body as readonly JsonObject[]
}

function profileOf(recorded: JsonObject): JsonObject {
  return recorded['profile'] as JsonObject
}

function timeOf(text: unknown): number | null {
  return typeof text === 'string' ? Date.parse(text) : null
}
