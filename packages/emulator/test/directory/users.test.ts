/** @module One user: reading, creating, changing, deleting. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppUser } from '../../src/state/app.ts'
import { Table } from '../../src/state/table.ts'
import {
  changesFrom,
  type DirectoryOrg,
  eventsFrom,
  newUser,
  openDirectory,
  printNow,
  putUser,
  tokenOf,
} from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(async () => {
  expect(directory.running.unexpected).toEqual([])
  await directory.running.close()
})

const create = (body: unknown, query = '') =>
  directory.call('POST', `/api/v1/users${query}`, { body })
const causes = (body: { errorCauses: readonly { errorSummary: string }[] }) =>
  body.errorCauses.map(({ errorSummary }) => errorSummary)

describe('reading one user', () => {
  test('goes by id, by login in any case, and by a short login that is unambiguous', async () => {
    const { id } = putUser(directory, 'Short.Name@example.com')
    for (const name of [id, 'short.name@EXAMPLE.com', 'short.name', 'SHORT.NAME']) {
      const { status, body } = await directory.call('GET', `/api/v1/users/${name}`)
      expect([status, body.id]).toEqual([200, id])
    }
    putUser(directory, 'short.name@example.org')
    const { status, body } = await directory.call('GET', '/api/v1/users/short.name')
    expect(status).toBe(404)
    expect(body.errorSummary).toBe('Not found: Resource not found: short.name (User)')
  })

  test('as "me" gives the owner of the API token, whatever the role', async () => {
    const { org } = directory.running
    const owner = putUser(directory, 'myself@example.com')
    const token = org.addApiToken(owner.id, 'mine').value
    const { status, body } = await directory.call('GET', '/api/v1/users/me', { token })
    expect([status, body.id]).toEqual([200, owner.id])
    const other = putUser(directory, 'not-me@example.com')
    const refused = await directory.call('GET', `/api/v1/users/${other.id}`, { token })
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000006'])
  })

  test.each([
    ['STAGED', ['schema', 'activate', 'self', 'resetFactors', 'type']],
    [
      'PROVISIONED',
      [
        ...['suspend', 'schema', 'resetPassword', 'reactivate', 'self', 'resetFactors'],
        ...['type', 'deactivate'],
      ],
    ],
    ['SUSPENDED', ['schema', 'unsuspend', 'self', 'resetFactors', 'type', 'deactivate']],
    ['DEPROVISIONED', ['schema', 'activate', 'self', 'type', 'delete']],
  ] as const)('shows the links of %s', async (status, links) => {
    const { id } = putUser(directory, `${status}-links@example.com`, { status })
    const { body } = await directory.call('GET', `/api/v1/users/${id}`)
    expect(Object.keys(body._links)).toEqual(links)
  })

  test('gives an Etag that changes with the user, and that If-Match is held against', async () => {
    const { id } = putUser(directory, 'etag@example.com')
    const path = `/api/v1/users/${id}`
    const etag = (await directory.call('GET', path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/)
    const body = { profile: { nickName: 'E' } }
    const changed = await directory.call('POST', path, { body, headers: { 'if-match': etag } })
    expect(changed.status).toBe(200)
    const late = await directory.call('POST', path, { body, headers: { 'if-match': etag } })
    expect([late.status, late.body.errorCode]).toEqual([412, 'E0000231'])
    const newer = (await directory.call('GET', path)).headers.get('etag')
    expect(newer).toBe(changed.headers.get('etag'))
  })
})

describe('creating a user', () => {
  test.each([
    ['', undefined, 'PROVISIONED'],
    ['?activate=true', { password: { value: 'Awsdzertc151kta' } }, 'ACTIVE'],
    ['?activate=false', { password: { value: 'Awsdzertc151kta' } }, 'STAGED'],
    ['?nextLogin=changePassword', { password: { value: 'Awsdzertc151kta' } }, 'PASSWORD_EXPIRED'],
    ['?provider=true', { provider: { type: 'FEDERATION', name: 'FEDERATION' } }, 'ACTIVE'],
  ])('with "%s" and %j makes one who is %s', async (query, credentials, status) => {
    const seq = directory.running.org.ledger.size
    const login = `made-${seq}@example.com`
    const answer = await create({ ...newUser(login), ...(credentials && { credentials }) }, query)
    expect([answer.status, answer.body.status]).toEqual([200, status])
    expect(answer.body.activated).toBe(status === 'STAGED' ? null : printNow(directory))
    expect('password' in answer.body.credentials).toBe(
      credentials !== undefined && 'password' in credentials,
    )
    expect(eventsFrom(directory, seq)).toEqual(
      status === 'STAGED'
        ? ['user.lifecycle.create']
        : ['user.lifecycle.create', 'user.lifecycle.activate'],
    )
    expect(changesFrom(directory, seq)).toEqual(['created user'])
  })

  test('puts the user into the groups that are named', async () => {
    const group = await directory.call('POST', '/api/v1/groups', {
      body: { profile: { name: 'G1' } },
    })
    const groupIds = [group.body.id]
    const { body } = await create({ ...newUser('grouped@example.com'), groupIds })
    expect(directory.running.org.members.has(group.body.id, body.id)).toBe(true)
    const unknown = await create({ ...newUser('lost@example.com'), groupIds: ['00gnone'] })
    expect([unknown.status, unknown.body.errorCode]).toEqual([404, 'E0000007'])
    expect(directory.running.org.userIdsByLogin.has('lost@example.com')).toBe(false)
  })

  test('takes time where the assumption says so, and nobody may touch the user meanwhile', async () => {
    const { org } = directory.running
    org.assumptions = { ...org.assumptions, activationLagMs: 5_000 }
    const { body } = await create(newUser('slow@example.com'))
    org.assumptions = { ...org.assumptions, activationLagMs: 0 }
    expect(Object.keys(body).slice(0, 4)).toEqual([
      'id',
      'status',
      'transitioningToStatus',
      'created',
    ])
    expect([body.status, body.transitioningToStatus]).toEqual(['STAGED', 'PROVISIONED'])
    const path = `/api/v1/users/${body.id}`
    const early = await directory.call('POST', path, { body: { profile: {} } })
    expect([early.status, early.body.errorCode]).toEqual([409, 'E0000112'])
    directory.clock.advance(5_000)
    const later = await directory.call('GET', path)
    expect([later.body.status, 'transitioningToStatus' in later.body]).toEqual([
      'PROVISIONED',
      false,
    ])
  })

  test('is a whole user to every reader as soon as the activation is over', async () => {
    const { org } = directory.running
    const { call } = directory
    const group = await call('POST', '/api/v1/groups', { body: { profile: { name: 'Slow' } } })
    const rule = await call('POST', '/api/v1/groups/rules', {
      body: {
        type: 'group_rule',
        name: 'Slow ones',
        conditions: {
          expression: { type: 'urn:okta:expression:1.0', value: 'user.department=="Slow"' },
        },
        actions: { assignUserToGroups: { groupIds: [group.body.id] } },
      },
    })
    await call('POST', `/api/v1/groups/rules/${rule.body.id}/lifecycle/activate`)
    const app = await call('POST', '/api/v1/apps', {
      body: {
        name: 'bookmark',
        label: 'Slow',
        signOnMode: 'BOOKMARK',
        settings: { app: { requestIntegration: false, url: 'https://example.com/' } },
      },
    })
    const { id } = putUser(directory, 'back@example.com', {
      status: 'DEPROVISIONED',
      profile: { department: 'Slow' },
    })
    org.assumptions = { ...org.assumptions, activationLagMs: 5_000 }
    await call('POST', `/api/v1/users/${id}/lifecycle/activate?sendEmail=false`)
    org.assumptions = { ...org.assumptions, activationLagMs: 0 }
    const members = async () =>
      (await call('GET', `/api/v1/groups/${group.body.id}/users`)).body.map(
        (user: { readonly id: string }) => user.id,
      )
    const assign = () =>
      call('POST', `/api/v1/apps/${app.body.id}/users`, { body: { id, scope: 'USER' } })
    expect(await members()).toEqual([])
    expect([(await assign()).status, (await assign()).body.errorCode]).toEqual([403, 'E0000117'])
    directory.clock.advance(5_000)
    expect(await members()).toEqual([id])
    expect((await assign()).status).toBe(200)
    expect((await call('GET', `/api/v1/users/${id}`)).body.status).toBe('ACTIVE')
  })

  test('refuses a login that somebody has, in any case', async () => {
    putUser(directory, 'taken@example.com')
    const { status, body } = await create(newUser('TAKEN@example.com'))
    expect([status, body.errorCode, body.errorSummary]).toEqual([
      400,
      'E0000001',
      'Api validation failed: login',
    ])
    expect(causes(body)).toEqual([
      'login: An object with this field already exists in the current organization',
    ])
  })

  test('names every attribute that is missing', async () => {
    const { status, body } = await create({ profile: { lastName: ' ' } })
    expect([status, body.errorSummary]).toEqual([400, 'Api validation failed: firstName'])
    expect(causes(body)).toEqual([
      'firstName: The field cannot be left blank',
      'lastName: The field cannot be left blank',
      'email: The field cannot be left blank',
      'login: The field cannot be left blank',
    ])
  })

  test.each([
    [
      newUser('odd@example.com', { notValid: 1 }),
      "Property name 'notValid' is not defined in profile",
    ],
    [
      newUser('odd@example.com', { __proto__x: 1 }),
      "Property name '__proto__x' is not defined in profile",
    ],
    [newUser('not-an-address'), 'login: Username must be in the form of an email address'],
    [newUser('odd@example.com', { email: 'x' }), 'email: The field is too short'],
    [newUser('odd@example.com', { firstName: 'x'.repeat(51) }), 'firstName: The field is too long'],
    [newUser('odd@example.com', { city: 5 }), 'city: The value is not of the type string'],
    [
      newUser('odd@example.com', { secondEmail: 'x' }),
      'secondEmail: Does not match required pattern',
    ],
  ])('refuses %j', async (body, cause) => {
    const answer = await create(body)
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
    expect(causes(answer.body)).toContain(cause)
  })

  test.each(['short1A', 'alllowercase1', 'NoDigitsAtAll', 'Has-strong-1-name'])(
    'refuses the password %s',
    async (value) => {
      const credentials = { password: { value } }
      const { status, body } = await create({ ...newUser('strong@example.com'), credentials })
      expect([status, body.errorSummary]).toEqual([400, 'Api validation failed: password'])
    },
  )

  test.each([
    [[], 'E0000003'],
    ['{', 'E0000003'],
    [{ profile: [] }, 'E0000003'],
    [{ ...newUser('bad@example.com'), credentials: 5 }, 'E0000003'],
    [{ ...newUser('bad@example.com'), groupIds: 'x' }, 'E0000003'],
    [{ ...newUser('bad@example.com'), groupIds: [5] }, 'E0000003'],
    [{ ...newUser('bad@example.com'), type: 'x' }, 'E0000003'],
  ])('refuses the body %j', async (body, code) => {
    const answer = await create(body)
    expect([answer.status, answer.body.errorCode]).toEqual([400, code])
  })
})

describe('changing a user', () => {
  test('by POST leaves what is not named, by PUT clears it', async () => {
    const { id } = putUser(directory, 'change@example.com', { profile: { nickName: 'Old' } })
    directory.clock.advance(10_000)
    const path = `/api/v1/users/${id}`
    const seq = directory.running.org.ledger.size
    const part = await directory.call('POST', path, { body: { profile: { city: 'Oslo' } } })
    expect(part.body.profile).toMatchObject({ nickName: 'Old', city: 'Oslo', lastName: 'Person' })
    expect(part.body.lastUpdated).toBe(printNow(directory))
    expect(eventsFrom(directory, seq)).toEqual(['user.account.update_profile'])
    const whole = await directory.call('PUT', path, { body: newUser('change@example.com') })
    expect(whole.body.profile).toEqual({
      firstName: 'New',
      lastName: 'Person',
      mobilePhone: null,
      secondEmail: null,
      login: 'change@example.com',
      email: 'change@example.com',
    })
    const half = await directory.call('PUT', path, { body: { profile: { city: 'Oslo' } } })
    expect([half.status, half.body.errorCode]).toEqual([400, 'E0000001'])
  })

  test('leaves a profile alone that a directory masters', async () => {
    const provider = { type: 'LDAP', name: 'corp' }
    const { id } = putUser(directory, 'mastered@example.com', { provider })
    const change = async (body: unknown) => {
      const answer = await directory.call('POST', `/api/v1/users/${id}`, { body })
      return [answer.status, answer.body.errorCode]
    }
    expect(await change({ profile: { title: 'x' } })).toEqual([403, 'E0000023'])
    expect(await change({})).toEqual([200, undefined])
  })

  test('moves the login with the user', async () => {
    const { id } = putUser(directory, 'before@example.com')
    const body = { profile: { login: 'after@example.com' } }
    expect((await directory.call('POST', `/api/v1/users/${id}`, { body })).status).toBe(200)
    expect((await directory.call('GET', '/api/v1/users/after@example.com')).body.id).toBe(id)
    expect((await directory.call('GET', '/api/v1/users/before@example.com')).status).toBe(404)
  })

  test('can set an attribute that was added to the schema, and search by it', async () => {
    const properties = { badge: { title: 'Badge', type: 'integer' } }
    const schema = await directory.call('POST', '/api/v1/meta/schemas/user/default', {
      body: { definitions: { custom: { properties } } },
    })
    expect(schema.body.definitions.custom.properties.badge).toMatchObject({ type: 'integer' })
    const { id } = putUser(directory, 'badge@example.com')
    const path = `/api/v1/users/${id}`
    const wrong = await directory.call('POST', path, { body: { profile: { badge: 'x' } } })
    expect(wrong.status).toBe(400)
    const right = await directory.call('POST', path, { body: { profile: { badge: 7 } } })
    expect(right.body.profile.badge).toBe(7)
    directory.clock.advance(1_000)
    const found = await directory.call('GET', '/api/v1/users?search=profile.badge%20ge%207')
    expect(found.body).toHaveLength(1)
  })
})

describe('deleting a user', () => {
  test('deactivates at first, deletes at second, finds nobody at third', async () => {
    const { org } = directory.running
    const { id } = putUser(directory, 'leaver@example.com')
    const group = await directory.call('POST', '/api/v1/groups', {
      body: { profile: { name: 'G2' } },
    })
    await directory.call('PUT', `/api/v1/groups/${group.body.id}/users/${id}`)
    const path = `/api/v1/users/${id}`
    const first = org.ledger.size
    expect(
      (await directory.call('DELETE', path, { headers: { prefer: 'respond-async' } })).status,
    ).toBe(204)
    expect((await directory.call('GET', path)).body.status).toBe('DEPROVISIONED')
    expect(eventsFrom(directory, first)).toEqual(['user.lifecycle.deactivate'])
    const second = org.ledger.size
    expect((await directory.call('DELETE', path)).status).toBe(204)
    expect(eventsFrom(directory, second)).toEqual([
      'group.user_membership.remove',
      'user.lifecycle.delete.initiated',
      'user.lifecycle.delete.completed',
    ])
    expect(changesFrom(directory, second)).toEqual(['deleted group-member', 'deleted user'])
    expect(org.members.leftsOf(id)).toEqual([])
    const third = await directory.call('DELETE', path)
    expect([third.status, third.body.errorSummary]).toEqual([
      404,
      `Not found: Resource not found: ${id} (User)`,
    ])
  })

  test('takes every app from the user at the first step', async () => {
    const { org } = directory.running
    const user = putUser(directory, 'with.app@example.com')
    const app = [...org.apps][0]
    const assigned = new Table<AppUser>()
    assigned.put({ id: user.id, createdMs: 0, lastUpdatedMs: 0, profile: {} })
    org.appUsers.set(app?.id ?? '', assigned)
    const seq = org.ledger.size
    await directory.call('DELETE', `/api/v1/users/${user.id}`)
    expect(assigned.size).toBe(0)
    expect(changesFrom(directory, seq)).toEqual(['updated user', 'deleted app-user'])
    expect(eventsFrom(directory, seq)).toEqual([
      'user.lifecycle.deactivate',
      'application.user_membership.remove',
    ])
  })

  test('is not for a help desk administrator', async () => {
    const { id } = putUser(directory, 'safe@example.com')
    const token = tokenOf(directory, 'HELP_DESK_ADMIN')
    const { status, body } = await directory.call('DELETE', `/api/v1/users/${id}`, { token })
    expect([status, body.errorCode]).toEqual([403, 'E0000006'])
  })
})

test('blocks of a user are a feature that the org does not have', async () => {
  const { status, body } = await directory.call('GET', '/api/v1/users/me/blocks')
  expect([status, body.errorCode]).toEqual([401, 'E0000015'])
})
