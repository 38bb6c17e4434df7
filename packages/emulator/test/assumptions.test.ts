/** Every open question about Okta really is a switch: its answers are seen by whoever calls. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type AssumptionName, assumptions, type StartOptions } from '../src/index.ts'
import type { JsonObject } from '../src/json.ts'
import type { StandardRole } from '../src/state/role.ts'
import { bookmark, serviceApp } from './apps/admin-org.ts'
import { makeProof, sendRequest, tokenForm } from './authorization/scenario.ts'
import { type DirectoryOrg, newUser, openDirectory, putUser } from './directory/directory-org.ts'
import { addServiceApp, type ServiceAppOptions, testKey } from './service-app.ts'

/** What a caller sees of an org; whatever differs from one answer to the other. */
type Look = (acme: DirectoryOrg) => Promise<unknown>

interface Probe {
  readonly look: Look
  /** Of a quantity: two values that differ to the caller. */
  readonly values?: readonly [number, number]
  readonly start?: StartOptions
}

const choice = (look: Look, start: StartOptions = {}): Probe => ({ look, start })
const quantity = (values: readonly [number, number], look: Look): Probe => ({ look, values })

/** A request of the first Super Admin, of which the status and the code are looked at. */
const call =
  (method: string, path: string, body?: unknown): Look =>
  async (acme) => {
    const answer = await acme.call(method, path, body === undefined ? {} : { body })
    return [answer.status, answer.body?.errorCode]
  }

/** Asks for a token by a form. */
async function ask(
  { running }: DirectoryOrg,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const { status, json } = await sendRequest(running.url, '/oauth2/v1/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  })
  const { access_token: accessToken, ...rest } = json
  return { seen: [status, rest], accessToken: String(accessToken) }
}

type Claims = Readonly<Record<string, unknown>>

/** What the token endpoint says to an assertion of a service app. */
const assertion =
  (options: ServiceAppOptions, claims: Claims = {}, header: Claims = {}): Look =>
  async (acme) => {
    const service = addServiceApp(acme.running.org, options)
    return (await ask(acme, tokenForm(service.sign(claims, header)))).seen
  }

/** The header of a service app with a token. */
async function bearer(acme: DirectoryOrg, scope: string, role: StandardRole) {
  const service = addServiceApp(acme.running.org, { scopes: [scope], roles: [role] })
  const { accessToken } = await ask(acme, tokenForm(service.sign(), scope))
  return { headers: { authorization: `Bearer ${accessToken}` } }
}

const startSeconds = Date.parse('2026-03-01T12:00:00.000Z') / 1_000
const nonceOf = ({ running: { org } }: DirectoryOrg) =>
  org.authorization.nonces.current(org.time.nowMs())
const proofOf = (acme: DirectoryOrg, nonce: string) => ({
  dpop: makeProof(acme.running, 'POST', '/oauth2/v1/token', { claims: { nonce } }),
})
const keyRow = (id: string, status: 'ACTIVE' | 'INACTIVE', jwk: JsonObject) => ({
  id,
  status,
  jwk,
  createdMs: 0,
  lastUpdatedMs: 0,
})

async function makeGroup(acme: DirectoryOrg, name = 'A'): Promise<string> {
  return (await acme.call('POST', '/api/v1/groups', { body: { profile: { name } } })).body.id
}

async function makeApp(acme: DirectoryOrg, body: unknown = bookmark()): Promise<string> {
  return (await acme.call('POST', '/api/v1/apps', { body })).body.id
}

async function makeRule(acme: DirectoryOrg, groupId: string, name = 'rule') {
  const expression = { value: 'user.city=="x"', type: 'urn:okta:expression:1.0' }
  const actions = { assignUserToGroups: { groupIds: [groupId] } }
  const body = { type: 'group_rule', name, conditions: { expression }, actions }
  return { body, answer: await acme.call('POST', '/api/v1/groups/rules', { body }) }
}

/** Does the same twice and looks at the second answer. */
const twice =
  (
    path: (acme: DirectoryOrg) => Promise<string>,
    method: string,
    body: (acme: DirectoryOrg) => unknown,
  ): Look =>
  async (acme) => {
    const [place, given] = [await path(acme), body(acme)]
    await call(method, place, given)(acme)
    return call(method, place, given)(acme)
  }

const ready = ({ running }: DirectoryOrg) => running.app.clientId
const userIn = (acme: DirectoryOrg) => putUser(acme, 'one@example.com').id
const logs = (parameters: Readonly<Record<string, string>>) =>
  `/api/v1/logs?${new URLSearchParams(parameters)}`
const iso = (ms: number) => new Date(ms).toISOString()
const nowMsOf = ({ running }: DirectoryOrg) => running.org.time.nowMs()

const probes: Readonly<Record<AssumptionName, Probe>> = {
  clockLeniencySeconds: quantity([0, 60], assertion({}, { iat: startSeconds + 30 })),
  jtiRetention: choice(async (acme) => {
    const service = addServiceApp(acme.running.org)
    const once = (exp: number) => ask(acme, tokenForm(service.sign({ jti: 'once', exp })))
    await once(startSeconds + 60)
    acme.clock.advance(120_000)
    return (await once(startSeconds + 300)).seen
  }),
  kidAbsentWithInactiveKey: choice(async (acme) => {
    const other = testKey('other', 'ES256').publicJwk
    const key = testKey('own', 'ES256')
    const keys = [keyRow('1', 'ACTIVE', key.publicJwk), keyRow('2', 'INACTIVE', other)]
    return assertion({ key, client: { keys } }, {}, { kid: undefined })(acme)
  }),
  inactiveAppAtToken: choice(assertion({ status: 'INACTIVE' })),
  unknownScope: choice(async (acme) => {
    const service = addServiceApp(acme.running.org)
    return (await ask(acme, tokenForm(service.sign(), 'okta.users.read okta.nothing.read'))).seen
  }),
  scopeMaxCharacters: quantity([100, 1_000], async (acme) => {
    const service = addServiceApp(acme.running.org)
    const scopes = Array.from({ length: 10 }, () => 'okta.users.read').join(' ')
    return (await ask(acme, tokenForm(service.sign(), scopes))).seen[0]
  }),
  invalidNonce: choice(async (acme) => {
    const service = addServiceApp(acme.running.org, { dpopRequired: true })
    return (await ask(acme, tokenForm(service.sign()), proofOf(acme, 'stale'))).seen
  }),
  proofWithoutNeed: choice(async (acme) => {
    const service = addServiceApp(acme.running.org)
    return (await ask(acme, tokenForm(service.sign()), proofOf(acme, nonceOf(acme)))).seen
  }),
  multipleCredentials: choice(async (acme) => {
    const service = addServiceApp(acme.running.org)
    return (await ask(acme, { ...tokenForm(service.sign()), client_secret: 'x' })).seen[0]
  }),
  unknownClientBody: choice(async (acme) => {
    const form = { grant_type: 'client_credentials', client_id: '0oanobody', client_secret: 'x' }
    const { seen } = await ask(acme, form)
    return Object.keys(Object(seen[1]))
  }),
  ecKeyWithoutCurve: choice(async (acme) => {
    const key = testKey('curveless', 'ES256')
    const { crv: _crv, ...jwk } = key.publicJwk
    return assertion({ key, client: { keys: [keyRow('1', 'ACTIVE', jwk)] } })(acme)
  }),
  tokenOfOtherHost: choice(async (acme) => {
    const { org, url } = acme.running
    const host = `login.acme.test:${new URL(url).port}`
    org.customDomain = 'login.acme.test'
    const service = addServiceApp(org, { roles: ['SUPER_ADMIN'] })
    const form = tokenForm(service.sign({ aud: `http://${host}/oauth2/v1/token` }))
    const { accessToken } = await ask(acme, form, { host })
    const headers = { authorization: `Bearer ${accessToken}` }
    return (await acme.call('GET', '/api/v1/users', { headers })).status
  }),
  unauthenticatedCall: choice(
    async ({ running }) => (await fetch(`${running.url}/api/v1/users`)).status,
  ),
  refusedTokenBody: choice(async (acme) => {
    const headers = { authorization: 'Bearer x' }
    return (await acme.call('GET', '/api/v1/users', { headers })).body?.errorCode
  }),
  listsWithoutRole: choice(async (acme) => {
    const token = acme.running.org.addApiToken(userIn(acme), 'x').value
    return (await acme.call('GET', '/api/v1/groups', { token })).status
  }),
  limitAboveMaximum: choice(call('GET', '/api/v1/users?limit=500')),
  groupsDefaultLimit: quantity([10, 200], async (acme) => {
    const { links } = await acme.call('GET', '/api/v1/groups')
    return new URL(links['self'] ?? '').searchParams.get('limit')
  }),
  policiesWithoutType: choice(call('GET', '/api/v1/policies')),
  wrongContentType: choice(async (acme) => {
    const headers = { 'content-type': 'text/plain' }
    return (await acme.call('POST', '/api/v1/users', { body: '{}', headers })).body.errorCode
  }),
  indexLagMs: quantity([0, 5_000], async (acme) => {
    await acme.call('POST', '/api/v1/users', { body: newUser('one@example.com') })
    return (await acme.call('GET', '/api/v1/users?q=one')).body.length
  }),
  membershipLagMs: quantity([0, 600_000], async (acme) => {
    const [groupId, userId] = [await makeGroup(acme), userIn(acme)]
    acme.clock.advance(60_000)
    await acme.call('PUT', `/api/v1/groups/${groupId}/users/${userId}`)
    return (await acme.call('GET', `/api/v1/groups/${groupId}`)).body.lastMembershipUpdated
  }),
  everyoneLagMs: quantity([0, 300_000], async (acme) => {
    acme.clock.advance(60_000)
    await acme.call('POST', '/api/v1/users', { body: newUser('one@example.com') })
    const { everyoneId } = acme.running.org
    return (await acme.call('GET', `/api/v1/groups/${everyoneId}`)).body.lastMembershipUpdated
  }),
  activationLagMs: quantity([0, 5_000], async (acme) => {
    const { body } = await acme.call('POST', '/api/v1/users', { body: newUser('one@example.com') })
    return [body.status, body.transitioningToStatus]
  }),
  logLagMs: quantity([0, 5_000], async (acme) => {
    await makeGroup(acme)
    return (await acme.call('GET', '/api/v1/logs')).body.length
  }),
  groupMembersDeprovisioned: choice(async (acme) => {
    const groupId = await makeGroup(acme)
    const { id } = putUser(acme, 'one@example.com', { status: 'DEPROVISIONED' })
    acme.running.org.members.add(groupId, id)
    return (await acme.call('GET', `/api/v1/groups/${groupId}/users`)).body.length
  }),
  repeatedMembership: choice(
    twice(
      async (acme) => `/api/v1/groups/${await makeGroup(acme)}/users/${userIn(acme)}`,
      'PUT',
      () => undefined,
    ),
  ),
  removalOfNonMember: choice(async (acme) =>
    call('DELETE', `/api/v1/groups/${await makeGroup(acme)}/users/${userIn(acme)}`)(acme),
  ),
  removalOfRuleMember: choice(async (acme) => {
    const groupId = await makeGroup(acme)
    const { id } = (await makeRule(acme, groupId)).answer.body
    await acme.call('POST', `/api/v1/groups/rules/${id}/lifecycle/activate`)
    const body = newUser('one@example.com', { city: 'x' })
    const user = (await acme.call('POST', '/api/v1/users', { body })).body
    return call('DELETE', `/api/v1/groups/${groupId}/users/${user.id}`)(acme)
  }),
  repeatedAssignment: choice(
    twice(
      async (acme) => `/api/v1/apps/${await makeApp(acme)}/users`,
      'POST',
      (acme) => ({ id: userIn(acme) }),
    ),
  ),
  unassignmentWithGroup: choice(async (acme) => {
    const [app, id] = [`/api/v1/apps/${await makeApp(acme)}`, userIn(acme)]
    await acme.call('POST', `${app}/users`, { body: { id } })
    await acme.call('PUT', `${app}/groups/${acme.running.org.everyoneId}`)
    return call('DELETE', `${app}/users/${id}`)(acme)
  }),
  duplicateGroupName: choice(
    twice(
      async () => '/api/v1/groups',
      'POST',
      () => ({ profile: { name: 'Twin' } }),
    ),
  ),
  deactivateAnswer: choice(async (acme) =>
    call('POST', `/api/v1/users/${userIn(acme)}/lifecycle/deactivate`)(acme),
  ),
  userEmails: choice(async (acme) => {
    const plain = putUser(acme, 'without@example.com', { hasPassword: false }).id
    const read = (id: string) => acme.call('GET', `/api/v1/users/${id}`)
    const answers = await Promise.all([read(plain), read(userIn(acme))])
    return answers.map(({ body }) => body.credentials.emails?.length ?? 0)
  }),
  changeOfMasteredProfile: choice(async (acme) => {
    const provider = { type: 'LDAP', name: 'corp' }
    const { id } = putUser(acme, 'mastered@example.com', { provider })
    return call('POST', `/api/v1/users/${id}`, { profile: { title: 'x' } })(acme)
  }),
  meOfServiceApp: choice(async (acme) => {
    const authorized = await bearer(acme, 'okta.users.read', 'SUPER_ADMIN')
    return (await acme.call('GET', '/api/v1/users/me', authorized)).status
  }),
  userOutOfReach: choice(async (acme) => {
    const groupTargets = [await makeGroup(acme)]
    const role = { id: 'x', type: 'USER_ADMIN', createdMs: 0, lastUpdatedMs: 0 } as const
    const roles = [{ ...role, groupTargets, appTargets: [] }]
    const owner = putUser(acme, 'admin@example.com', { roles })
    const token = acme.running.org.addApiToken(owner.id, 'x').value
    return (await acme.call('GET', `/api/v1/users/${userIn(acme)}`, { token })).status
  }),
  invalidDirectoryCursor: choice(call('GET', '/api/v1/users?after=x')),
  ruleReconciliationMs: quantity([0, 1_000], async (acme) => {
    const groupId = await makeGroup(acme)
    await makeRule(acme, groupId, 'one')
    return (await makeRule(acme, groupId, 'two')).answer.status
  }),
  changeOfActiveRule: choice(async (acme) => {
    const { body, answer } = await makeRule(acme, await makeGroup(acme))
    await acme.call('POST', `/api/v1/groups/rules/${answer.body.id}/lifecycle/activate`)
    return call('PUT', `/api/v1/groups/rules/${answer.body.id}`, body)(acme)
  }),
  grantStatus: choice(async (acme) =>
    call('POST', `/api/v1/apps/${ready(acme)}/grants`, {
      scopeId: 'okta.roles.read',
      issuer: acme.running.url,
    })(acme),
  ),
  unknownGrantScope: choice(async (acme) =>
    call('POST', `/api/v1/apps/${ready(acme)}/grants`, {
      scopeId: 'okta.nothing.read',
      issuer: acme.running.url,
    })(acme),
  ),
  duplicateGrant: choice(
    twice(
      async (acme) => `/api/v1/apps/${ready(acme)}/grants`,
      'POST',
      ({ running }) => ({ scopeId: 'okta.roles.read', issuer: running.url }),
    ),
  ),
  keyListShape: choice(async (acme) =>
    Object.keys((await acme.call('GET', `/api/v1/apps/${ready(acme)}/credentials/jwks`)).body),
  ),
  jwksUriCacheSeconds: quantity([0, 300], async (acme) => {
    const key = testKey('fetched', 'ES256')
    let fetched = 0
    const server = createServer((_request, answer) => {
      fetched++
      answer.end(JSON.stringify({ keys: [key.publicJwk] }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const client = { keys: [], jwksUri: `http://127.0.0.1:${port}/jwks` }
    const service = addServiceApp(acme.running.org, { key, client })
    for (const _ of 'ab') expect((await ask(acme, tokenForm(service.sign()))).seen[0]).toBe(200)
    server.close()
    return fetched
  }),
  roleStatus: choice(async (acme) =>
    call('POST', `/oauth2/v1/clients/${ready(acme)}/roles`, { type: 'HELP_DESK_ADMIN' })(acme),
  ),
  grantsWithAccessToken: choice(async (acme) => {
    const authorized = await bearer(acme, 'okta.appGrants.manage', 'SUPER_ADMIN')
    const body = { scopeId: 'okta.roles.read', issuer: acme.running.url }
    return (await acme.call('POST', `/api/v1/apps/${ready(acme)}/grants`, { body, ...authorized }))
      .status
  }),
  duplicateRole: choice(
    twice(
      async (acme) => `/oauth2/v1/clients/${ready(acme)}/roles`,
      'POST',
      () => ({ type: 'APP_ADMIN' }),
    ),
  ),
  standardRoleIds: choice(async (acme) => {
    const body = { type: 'ORG_ADMIN' }
    const path = `/oauth2/v1/clients/${ready(acme)}/roles`
    return String((await acme.call('POST', path, { body })).body.id).slice(0, 3)
  }),
  keysAbsentOnPut: choice(async (acme) => {
    const id = await makeApp(acme, serviceApp([testKey('put', 'ES256').publicJwk]))
    await acme.call('PUT', `/api/v1/apps/${id}`, { body: serviceApp([]) })
    return (await acme.call('GET', `/api/v1/apps/${id}/credentials/jwks`)).body.length
  }),
  jwksUriOverHttp: choice(async (acme) =>
    call('POST', '/api/v1/apps', serviceApp([], { jwks_uri: 'http://127.0.0.1:9/jwks' }))(acme),
  ),
  emptyPollCursor: choice(async (acme) => {
    const { links } = await acme.call('GET', logs({ since: iso(nowMsOf(acme) - 60_000) }))
    return new URL(links['next'] ?? '').searchParams.get('after')
  }),
  logCursorDays: quantity([0, 1], async (acme) => {
    const after = `${nowMsOf(acme) - 2 * 86_400_000}_0`
    return (await acme.call('GET', logs({ after }))).status
  }),
  logSinceWithAfter: choice(async (acme) => {
    const nowMs = nowMsOf(acme)
    return (await acme.call('GET', logs({ since: iso(nowMs), after: `${nowMs}_0` }))).status
  }),
  logUntil: choice(async (acme) => {
    const nowMs = nowMsOf(acme)
    await makeGroup(acme)
    return (await acme.call('GET', logs({ since: iso(nowMs - 1_000), until: iso(nowMs) }))).body
      .length
  }),
  unknownHost: choice(
    async ({ running }) => {
      const origin = `http://127.0.0.1:${new URL(running.url).port}`
      return (await sendRequest(origin, '/', { headers: { host: 'nobody.example' } })).status
    },
    { host: 'acme.localhost' },
  ),
}

test.each(Object.entries(probes))(
  '%s: each of its answers is another one to the caller',
  async (name, probe) => {
    const assumption = assumptions[name as AssumptionName]
    const values = 'choices' in assumption ? assumption.choices : (probe.values ?? [])
    expect(values.length).toBeGreaterThan(1)
    const look = async (value: string | number | undefined) => {
      const options = { keyType: 'EC', ...probe.start, assumptions: { [name]: value } } as const
      const acme = await openDirectory(options)
      try {
        return JSON.stringify(await probe.look(acme))
      } finally {
        expect(acme.running.unexpected).toEqual([])
        await acme.running.close()
      }
    }
    const seen: string[] = []
    for (const value of values) seen.push(await look(value))
    expect([...new Set(seen)]).toEqual(seen)
    // What differs is the answer, and not something that differs each time.
    expect(await look(values[0])).toBe(seen[0])
  },
)
