/** @module Groups, their members, and when `lastMembershipUpdated` tells of them. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatTime } from '../../src/clock.ts'
import type { Group } from '../../src/state/group.ts'
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

let made = 0
const create = async (name = `Group ${made++}`): Promise<string> => {
  const { body } = await directory.call('POST', '/api/v1/groups', { body: { profile: { name } } })
  return body.id
}
const list = (query: string, token?: string) =>
  directory.call('GET', `/api/v1/groups${query}`, token === undefined ? {} : { token })
const names = (groups: readonly { profile: { name: string } }[]) =>
  groups.map(({ profile }) => profile.name)
const member = (method: string, groupId: string, userId: string) =>
  directory.call(method, `/api/v1/groups/${groupId}/users/${userId}`)

function putGroup(more: Partial<Group>): Group {
  const { org } = directory.running
  const nowMs = org.time.secondMs()
  const group: Group = {
    id: org.ids.next('group'),
    type: 'OKTA_GROUP',
    objectClass: ['okta:user_group'],
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    lastMembershipUpdatedMs: nowMs,
    profile: { name: `Put ${made++}`, description: null },
    ...more,
  }
  org.groups.putSettled(group)
  return group
}

describe('the list of groups', () => {
  test('has 10,000 on a page, 200 where the assumption says so, and never more than 10,000', async () => {
    const { org, url } = directory.running
    expect((await list('')).links).toEqual({ self: `${url}/api/v1/groups?limit=10000` })
    expect((await list('?limit=20000')).links).toEqual({ self: `${url}/api/v1/groups?limit=10000` })
    org.assumptions = { ...org.assumptions, groupsDefaultLimit: 200 }
    expect((await list('')).links).toEqual({ self: `${url}/api/v1/groups?limit=200` })
    org.assumptions = { ...org.assumptions, groupsDefaultLimit: 10_000 }
  })

  test('by q matches the beginning of the name and has no link at all', async () => {
    await create('Zebra 1')
    await create('Zebra 2')
    directory.clock.advance(1_000)
    const { body, headers } = await list('?q=zEBRA&limit=1')
    expect([names(body), headers.get('link')]).toEqual([['Zebra 1'], null])
    expect(names((await list('?q=zebra')).body)).toEqual(['Zebra 1', 'Zebra 2'])
    expect((await list('?q=ebra')).body).toEqual([])
  })

  test('is current, and search sees a new group a second later', async () => {
    await create('Brand new')
    const query = `?search=${encodeURIComponent('profile.name eq "brand NEW"')}`
    expect(names((await list('')).body)).toContain('Brand new')
    expect((await list(query)).body).toEqual([])
    directory.clock.advance(1_000)
    expect(names((await list(query)).body)).toEqual(['Brand new'])
  })

  test.each([
    ['?search=type%20eq%20%22x%22&filter=id%20pr', 'E0000033'],
    ['?search=profile.name%20ew%20%22x%22', 'E0000031'],
    ['?filter=profile.name%20eq%20%22x%22', 'E0000031'],
    ['?filter=type%20co%20%22x%22', 'E0000031'],
    ['?after=00u', 'E0000029'],
  ])('%s is refused with %s', async (query, code) => {
    const { status, body } = await list(query)
    expect([status, body.errorCode]).toEqual([400, code])
  })

  test('walks every group once, in any order and with any limit', async () => {
    for (let number = 0; number < 40; number++)
      putGroup({ profile: { name: `Walk ${number % 9}`, description: null } })
    const forms = [
      '',
      '&search=id%20pr',
      '&filter=lastUpdated%20gt%20%222020-01-01T00:00:00.000Z%22',
      '&search=id%20pr&sortBy=profile.name&sortOrder=desc',
      '&search=id%20pr&sortBy=lastMembershipUpdated',
    ]
    const all = [...directory.running.org.groups].map(({ id }) => id)
    const walks = fc.asyncProperty(
      fc.constantFrom(...forms),
      fc.integer({ min: 1, max: 60 }),
      async (form, limit) => {
        const pages = await directory.walk(`/api/v1/groups?limit=${limit}${form}`)
        const ids = pages.flatMap(({ body }) => body.map((group: { id: string }) => group.id))
        expect(ids.toSorted()).toEqual(all.toSorted())
      },
    )
    await fc.assert(walks, { numRuns: 15 })
  })

  test('with expand=stats has the figures, with expand=app the app behind a group', async () => {
    const id = await create()
    await member('PUT', id, putUser(directory, 'counted@example.com').id)
    const { body } = await directory.call('GET', `/api/v1/groups/${id}?expand=stats`)
    expect(body._embedded.stats).toMatchObject({ usersCount: 1, appsCount: 0 })
    const app = [...directory.running.org.apps][0]
    const group = putGroup({ type: 'APP_GROUP', sourceAppId: app?.id ?? '' })
    const one = await directory.call('GET', `/api/v1/groups/${group.id}?expand=app`)
    expect(one.body._embedded.app.id).toBe(app?.id)
    expect(one.body._links.source.href).toBe(`${directory.running.url}/api/v1/apps/${app?.id}`)
  })

  test('hides Everyone from group administrators, and other groups from a role for some', async () => {
    const id = await create('Mine')
    const all = (await list('', tokenOf(directory, 'USER_ADMIN'))).body
    expect(names(all)).toContain('Mine')
    expect(names(all)).not.toContain('Everyone')
    expect(names((await list('', tokenOf(directory, 'READ_ONLY_ADMIN'))).body)).toContain(
      'Everyone',
    )
    const targeted = tokenOf(directory, 'GROUP_MEMBERSHIP_ADMIN', [id])
    expect(names((await list('', targeted)).body)).toEqual(['Mine'])
    const other = await create()
    const read = await directory.call('GET', `/api/v1/groups/${other}`, { token: targeted })
    expect([read.status, read.body.errorCode]).toEqual([403, 'E0000006'])
    const write = await directory.call('PUT', `/api/v1/groups/${id}`, { token: targeted, body: {} })
    expect([write.status, write.body.errorCode]).toEqual([403, 'E0000006'])
  })
})

describe('a group', () => {
  test('is created, changed and deleted, and each leaves its trace', async () => {
    const seq = directory.running.org.ledger.size
    const body = { profile: { name: 'Traced', description: 'D' } }
    const created = await directory.call('POST', '/api/v1/groups', { body })
    expect([created.status, Object.keys(created.body)]).toEqual([
      200,
      [
        ...['id', 'created', 'lastUpdated', 'lastMembershipUpdated', 'objectClass', 'type'],
        ...['profile', '_links'],
      ],
    ])
    const path = `/api/v1/groups/${created.body.id}`
    const changed = await directory.call('PUT', path, { body: { profile: { name: 'Renamed' } } })
    expect(changed.body.profile).toEqual({ name: 'Renamed', description: null })
    expect((await directory.call('DELETE', path)).status).toBe(204)
    expect((await directory.call('GET', path)).body.errorSummary).toBe(
      `Not found: Resource not found: ${created.body.id} (UserGroup)`,
    )
    expect(eventsFrom(directory, seq)).toEqual([
      'group.lifecycle.create',
      'group.profile.update',
      'group.lifecycle.delete',
    ])
    expect(changesFrom(directory, seq)).toEqual(['created group', 'updated group', 'deleted group'])
  })

  test('takes its memberships with it', async () => {
    const { org } = directory.running
    const id = await create()
    const user = putUser(directory, 'bereft@example.com')
    await member('PUT', id, user.id)
    await directory.call('DELETE', `/api/v1/groups/${id}`)
    const { body } = await directory.call('GET', `/api/v1/users/${user.id}/groups`)
    expect(names(body)).toEqual(['Everyone'])
    expect(org.members.rightsOf(id)).toEqual([])
  })

  test.each([
    [{}, 'E0000001'],
    [{ profile: {} }, 'E0000001'],
    [{ profile: { name: '  ' } }, 'E0000001'],
    [{ profile: { name: 'x'.repeat(256) } }, 'E0000001'],
    [{ profile: { name: 'x', colour: 'red' } }, 'E0000001'],
    [{ profile: { name: 5 } }, 'E0000003'],
    [{ profile: 'x' }, 'E0000003'],
  ])('is refused as %j', async (body, code) => {
    const answer = await directory.call('POST', '/api/v1/groups', { body })
    expect([answer.status, answer.body.errorCode]).toEqual([400, code])
  })

  test('of a name that exists is refused, in the way that is assumed', async () => {
    const { org } = directory.running
    await create('Twice')
    const body = { profile: { name: 'twice' } }
    const first = await directory.call('POST', '/api/v1/groups', { body })
    expect([first.status, first.body.errorCauses]).toEqual([
      400,
      [
        {
          errorSummary:
            'name: An object with this field already exists in the current organization',
        },
      ],
    ])
    org.assumptions = { ...org.assumptions, duplicateGroupName: '409-E0000055' }
    const second = await directory.call('POST', '/api/v1/groups', { body })
    org.assumptions = { ...org.assumptions, duplicateGroupName: '400-E0000001' }
    expect([second.status, second.body.errorCode]).toEqual([409, 'E0000055'])
  })

  test('of Okta or of an app takes no changes', async () => {
    const user = putUser(directory, 'outside@example.com')
    const appGroup = putGroup({ type: 'APP_GROUP' }).id
    for (const [id, status, code] of [
      [directory.running.org.everyoneId, 501, 'E0000060'],
      [appGroup, 403, 'E0000006'],
    ] as const) {
      const answers = [
        await directory.call('PUT', `/api/v1/groups/${id}`, { body: { profile: { name: 'x' } } }),
        await directory.call('DELETE', `/api/v1/groups/${id}`),
        await member('PUT', id, user.id),
        await member('DELETE', id, user.id),
      ]
      for (const answer of answers)
        expect([answer.status, answer.body.errorCode]).toEqual([status, code])
    }
  })
})

describe('members', () => {
  test('are added and removed with 204, whether or not anything changes', async () => {
    const { org } = directory.running
    const id = await create()
    const user = putUser(directory, 'in-and-out@example.com')
    const seq = org.ledger.size
    expect((await member('PUT', id, user.id)).status).toBe(204)
    expect((await member('PUT', id, user.id)).status).toBe(204)
    expect((await member('DELETE', id, user.id)).status).toBe(204)
    expect((await member('DELETE', id, user.id)).status).toBe(204)
    expect(eventsFrom(directory, seq)).toEqual([
      'group.user_membership.add',
      'group.user_membership.remove',
    ])
    expect(changesFrom(directory, seq)).toEqual(['created group-member', 'deleted group-member'])
    org.assumptions = { ...org.assumptions, removalOfNonMember: '404' }
    expect((await member('DELETE', id, user.id)).status).toBe(404)
    org.assumptions = { ...org.assumptions, removalOfNonMember: '204' }
  })

  test('need a group and a user that exist, and a user is named by id alone', async () => {
    const id = await create()
    putUser(directory, 'named@example.com')
    const noGroup = await member('PUT', '00gnone', '00unone')
    expect(noGroup.body.errorSummary).toBe('Not found: Resource not found: 00gnone (UserGroup)')
    const noUser = await member('PUT', id, 'named@example.com')
    expect(noUser.body.errorSummary).toBe('Not found: Resource not found: named@example.com (User)')
  })

  test('are listed 1,000 on a page, deprovisioned users hidden', async () => {
    const { org, url } = directory.running
    const id = await create()
    const users = [1, 2, 3, 4].map((number) => putUser(directory, `m${number}@example.com`))
    for (const user of users) await member('PUT', id, user.id)
    await directory.call('POST', `/api/v1/users/${users[1]?.id}/lifecycle/deactivate`)
    const whole = await directory.call('GET', `/api/v1/groups/${id}/users`)
    expect(whole.links).toEqual({ self: `${url}/api/v1/groups/${id}/users?limit=1000` })
    expect(whole.body).toHaveLength(3)
    const pages = await directory.walk(`/api/v1/groups/${id}/users?limit=1`)
    expect(pages.map(({ body }) => body[0].profile.login)).toEqual([
      'm1@example.com',
      'm3@example.com',
      'm4@example.com',
    ])
    org.assumptions = { ...org.assumptions, groupMembersDeprovisioned: 'shown' }
    expect((await directory.call('GET', `/api/v1/groups/${id}/users`)).body).toHaveLength(4)
    org.assumptions = { ...org.assumptions, groupMembersDeprovisioned: 'hidden' }
  })

  test('of Everyone are all users, and every user is in it', async () => {
    const { org } = directory.running
    const user = putUser(directory, 'somebody@example.com')
    const path = `/api/v1/groups/${org.everyoneId}/users?limit=1000`
    const { body } = await directory.call('GET', path)
    expect(body.map(({ id }: { id: string }) => id)).toContain(user.id)
    const groups = await directory.call('GET', `/api/v1/users/${user.id}/groups`)
    expect(names(groups.body)).toEqual(['Everyone'])
    expect(groups.links).toEqual({
      self: `${directory.running.url}/api/v1/users/${user.id}/groups?limit=200`,
    })
  })

  test('show in the groups of a user at once, page by page', async () => {
    const user = putUser(directory, 'many@example.com')
    const ids = [await create(), await create(), await create()]
    for (const id of ids) await member('PUT', id, user.id)
    const pages = await directory.walk(`/api/v1/users/${user.id}/groups?limit=2`)
    expect(pages.flatMap(({ body }) => body.map(({ id }: { id: string }) => id))).toEqual([
      directory.running.org.everyoneId,
      ...ids,
    ])
  })
})

describe('lastMembershipUpdated', () => {
  const shown = async (id: string) =>
    (await directory.call('GET', `/api/v1/groups/${id}`)).body.lastMembershipUpdated

  test('appears late, within the assumed time, and is then back-dated to the change', async () => {
    const user = putUser(directory, 'late@example.com')
    let late = 0
    for (let round = 0; round < 20; round++) {
      const id = await create()
      const before = await shown(id)
      directory.clock.advance(10_000)
      const changed = printNow(directory)
      await member('PUT', id, user.id)
      for (let waitedMs = 0; waitedMs < 6_000; waitedMs += 1_000) {
        const value = await shown(id)
        expect([before, changed]).toContain(value)
        if (value === before) late++
        directory.clock.advance(1_000)
      }
      expect(await shown(id)).toBe(changed)
    }
    expect(late).toBeGreaterThan(20)
  })

  test('is not held back by changes that go on', async () => {
    const id = await create()
    const before = await shown(id)
    const user = putUser(directory, 'churn@example.com')
    for (let round = 0; round < 8; round++) {
      directory.clock.advance(1_000)
      await member(round % 2 === 0 ? 'PUT' : 'DELETE', id, user.id)
    }
    expect(await shown(id)).not.toBe(before)
  })

  test('can be searched for, and hides a change from those who look too early', async () => {
    const { org } = directory.running
    const id = await create()
    org.assumptions = { ...org.assumptions, membershipLagMs: 0 }
    directory.clock.advance(60_000)
    const since = printNow(directory)
    const query = `?filter=${encodeURIComponent(`lastMembershipUpdated ge "${since}"`)}`
    await member('PUT', id, putUser(directory, 'sought@example.com').id)
    org.assumptions = { ...org.assumptions, membershipLagMs: 6_000 }
    expect((await list(query)).body).toEqual([])
    directory.clock.advance(1_000)
    const { body } = await list(query)
    expect(body.map((group: { id: string }) => group.id)).toContain(id)
  })

  test('of Everyone is minutes behind', async () => {
    const { org } = directory.running
    directory.clock.advance(600_000)
    const before = await shown(org.everyoneId)
    directory.clock.advance(60_000)
    const changedMs = org.time.secondMs()
    await directory.call('POST', '/api/v1/users', { body: newUser('newcomer@example.com') })
    directory.clock.advance(299_000)
    expect(await shown(org.everyoneId)).toBe(before)
    directory.clock.advance(1_000)
    expect(await shown(org.everyoneId)).toBe(formatTime(changedMs))
  })
})
