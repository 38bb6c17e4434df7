import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { User } from '../../src/state/user.ts'
import {
  type AdminOrg,
  addGroup,
  addUser,
  bookmark,
  causeOf,
  create,
  openOrg,
  serviceApp,
  tokenOf,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
let appId: string
let users: string
let person: User

beforeAll(async () => {
  acme = await openOrg()
})

beforeEach(async () => {
  appId = await create(acme, bookmark())
  users = `/api/v1/apps/${appId}/users`
  person = addUser(acme)
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const idsOf = (answer: { body: readonly { id: string }[] }) => answer.body.map(({ id }) => id)

describe('assigning a user to an app', () => {
  test('answers 200 with the app user, who is then read, listed, changed and taken out', async () => {
    const seq = acme.running.org.ledger.size
    const made = await acme.call('POST', users, { id: person.id })
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({ id: person.id, scope: 'USER', syncState: 'DISABLED' })
    expect(made.body.credentials.userName).toBe(person.profile['login'])
    expect((await acme.call('GET', `${users}/${person.id}`)).body).toEqual(made.body)
    expect((await acme.call('GET', users)).body).toEqual([made.body])
    const renamed = await acme.call('POST', `${users}/${person.id}`, {
      credentials: { userName: 'other' },
    })
    expect(renamed.body.credentials.userName).toBe('other')
    expect((await acme.call('DELETE', `${users}/${person.id}`)).status).toBe(204)
    expect((await acme.call('DELETE', `${users}/${person.id}`)).status).toBe(404)
    expect(traceFrom(acme, seq)).toEqual([
      ...['created app-user', 'application.user_membership.add'],
      ...['updated app-user', 'application.user_membership.change_username'],
      ...['deleted app-user', 'application.user_membership.remove'],
    ])
  })

  test('an OpenID Connect app maps the profile to twenty claims', async () => {
    const method = { token_endpoint_auth_method: 'client_secret_basic' }
    const oidc = await create(acme, serviceApp([], {}, method))
    const { body } = await acme.call('POST', `/api/v1/apps/${oidc}/users`, { id: person.id })
    expect(Object.keys(body.profile)).toHaveLength(20)
    expect(body.profile).toMatchObject({
      given_name: 'Test',
      name: 'Test Person',
      locale: 'en_US',
      website: null,
    })
  })

  test('again is 200, or 409 by assumption', async () => {
    await acme.call('POST', users, { id: person.id })
    expect((await acme.call('POST', users, { id: person.id })).status).toBe(200)
    const { org } = acme.running
    org.assumptions = { ...org.assumptions, repeatedAssignment: '409' }
    const refused = await acme.call('POST', users, { id: person.id })
    expect([refused.status, refused.body.errorCode]).toEqual([409, 'E0000062'])
    org.assumptions = { ...org.assumptions, repeatedAssignment: '200' }
  })

  test.each(['SUSPENDED', 'DEPROVISIONED'] as const)(
    'a user who is %s is refused',
    async (status) => {
      const answer = await acme.call('POST', users, { id: addUser(acme, { status }).id })
      expect([answer.status, answer.body.errorCode]).toEqual([403, 'E0000117'])
    },
  )

  test('nobody and no id are refused', async () => {
    const nobody = await acme.call('POST', users, { id: '00unobody' })
    expect(nobody.body.errorSummary).toBe('Not found: Resource not found: 00unobody (User)')
    expect((await acme.call('POST', users, {})).status).toBe(400)
  })

  test('takes a role for apps, and one that reaches the app', async () => {
    for (const [role, status] of [
      ['APP_ADMIN', 200],
      ['SUPER_ADMIN', 200],
      ['READ_ONLY_ADMIN', 403],
      ['USER_ADMIN', 403],
    ] as const) {
      const answer = await acme.call('POST', users, { id: person.id }, tokenOf(acme, role))
      expect([role, answer.status]).toEqual([role, status])
    }
    const elsewhere = tokenOf(acme, 'APP_ADMIN', { appTargets: ['oidc_client'] })
    expect((await acme.call('POST', users, { id: person.id }, elsewhere)).status).toBe(403)
  })
})

describe('users who come through a group', () => {
  test('are listed with scope GROUP, each once, direct ones with scope USER, by rising id', async () => {
    const group = addGroup(acme, [person, addUser(acme)])
    const outsider = addUser(acme)
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${group}`)
    await acme.call('POST', users, { id: outsider.id })
    await acme.call('POST', users, { id: person.id })
    const { body } = await acme.call('GET', users)
    expect(body.map(({ scope }: { scope: string }) => scope)).toEqual(['USER', 'GROUP', 'USER'])
    expect(idsOf({ body })).toEqual([...idsOf({ body })].toSorted())
    expect(body[1]._links.group.href).toBe(`${acme.running.url}/api/v1/groups/${group}`)
  })

  test('cannot be taken out one by one', async () => {
    const group = addGroup(acme, [person])
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${group}`)
    const refused = await acme.call('DELETE', `${users}/${person.id}`)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000046'])
    expect(causeOf(refused)).toBe(
      'The application cannot be unassigned from the user while their group memberships grant them access.',
    )
  })

  test('become direct by an update, and give that back with scope GROUP', async () => {
    const group = addGroup(acme, [person])
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${group}`)
    const path = `${users}/${person.id}`
    expect((await acme.call('POST', path, { scope: 'USER' })).body.scope).toBe('USER')
    expect((await acme.call('POST', path, { scope: 'GROUP' })).body.scope).toBe('GROUP')
  })

  test('Everyone assigns everybody but the deprovisioned', async () => {
    const { org } = acme.running
    const left = addUser(acme, { status: 'DEPROVISIONED' })
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${org.everyoneId}`)
    const listed = idsOf(await acme.call('GET', `${users}?limit=500`))
    expect(listed).toContain(person.id)
    expect(listed).not.toContain(left.id)
  })

  test.each([50, 150])(
    'a walk by pages of %d meets everybody of three sources once',
    async (limit) => {
      const people = Array.from({ length: 180 }, () => addUser(acme))
      const odd = addGroup(
        acme,
        people.filter((_, index) => index % 2 === 1),
      )
      const third = addGroup(
        acme,
        people.filter((_, index) => index % 3 === 0),
      )
      await acme.call('PUT', `/api/v1/apps/${appId}/groups/${odd}`)
      await acme.call('PUT', `/api/v1/apps/${appId}/groups/${third}`)
      for (const user of people.slice(0, 10)) await acme.call('POST', users, { id: user.id })
      const expected = people
        .filter((_, index) => index % 2 === 1 || index % 3 === 0 || index < 10)
        .map(({ id }) => id)
      const seen: string[] = []
      let path: string | undefined = `${users}?limit=${limit}`
      while (path !== undefined) {
        const answer = await acme.call('GET', path)
        expect(answer.body.length).toBeLessThanOrEqual(limit)
        seen.push(...idsOf(answer))
        path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
      }
      expect(seen).toEqual(expected)
    },
  )

  test('a page of 100,000 members is made without listing them all', async () => {
    const { org } = acme.running
    const group = addGroup(acme)
    const crowd = Array.from({ length: 100_000 }, () => org.ids.next('user'))
    for (const id of crowd) org.members.add(group, id)
    const last = crowd[99_990] ?? ''
    for (const id of crowd.slice(99_980)) org.putUser({ ...person, id }, { settled: true })
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${group}`)
    const looks = vi.spyOn(org.users, 'get')
    const answer = await acme.call('GET', `${users}?limit=5&after=${last}`)
    expect(idsOf(answer)).toEqual(crowd.slice(99_991, 99_996))
    expect(looks.mock.calls.length).toBeLessThan(1_000)
    looks.mockRestore()
    for (const id of crowd.slice(99_980)) org.users.remove(id)
  })
})

describe('the list of app users', () => {
  test('searches by the beginning of a name or address, and embeds users', async () => {
    const profile = { firstName: 'Ada', lastName: 'Lovelace', login: 'ada@example.com' }
    const ada = addUser(acme, { profile: { ...profile, email: 'countess@example.com' } })
    await acme.call('POST', users, { id: ada.id })
    await acme.call('POST', users, { id: person.id })
    for (const q of ['ada', 'LOVE', 'countess@']) {
      expect(idsOf(await acme.call('GET', `${users}?q=${q}`))).toEqual([ada.id])
    }
    const { body } = await acme.call('GET', `${users}?expand=user&q=ada`)
    expect(body[0]._embedded.user.profile.lastName).toBe('Lovelace')
  })

  test.each(['0oaaaaaaaaaaaaaaaaaa', 'x'])('the cursor %j is refused', async (after) => {
    const answer = await acme.call('GET', `${users}?after=${after}`)
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000029'])
  })
})

describe('the apps of a user and of a group', () => {
  test('appLinks has an active app for each assignment, direct or by group', async () => {
    const second = await create(acme, bookmark('Second'))
    await acme.call('PUT', `/api/v1/apps/${second}/groups/${addGroup(acme, [person])}`)
    await acme.call('POST', users, { id: person.id })
    const path = `/api/v1/users/${person.id}/appLinks`
    const { body, headers } = await acme.call('GET', path)
    expect(body.map(({ label }: { label: string }) => label)).toEqual(
      expect.arrayContaining(['Handbook', 'Second']),
    )
    expect(headers.get('link')).toBeNull()
    await acme.call('POST', `/api/v1/apps/${appId}/lifecycle/deactivate`)
    const after = await acme.call('GET', path)
    expect(after.body).toHaveLength(body.length - 1)
  })

  test('a group lists the apps that it is assigned to', async () => {
    const group = addGroup(acme)
    await acme.call('PUT', `/api/v1/apps/${appId}/groups/${group}`)
    const answer = await acme.call('GET', `/api/v1/groups/${group}/apps`)
    expect(idsOf(answer)).toEqual([appId])
    expect(answer.headers.get('link')).toContain('limit=20')
    expect((await acme.call('GET', '/api/v1/groups/00gnobody/apps')).status).toBe(404)
  })
})
