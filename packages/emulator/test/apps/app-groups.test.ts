import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accessEvents } from '../../src/apps/access-events.ts'
import {
  type AdminOrg,
  addGroup,
  addUser,
  bookmark,
  create,
  openOrg,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
let appId: string
let groups: string

beforeAll(async () => {
  acme = await openOrg()
})

beforeEach(async () => {
  appId = await create(acme, bookmark())
  groups = `/api/v1/apps/${appId}/groups`
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

async function priorities(): Promise<readonly (readonly [string, number])[]> {
  const { body } = await acme.call('GET', groups)
  return body.map(({ id, priority }: { id: string; priority: number }) => [id, priority])
}

describe('assigning a group to an app', () => {
  test('is told of the group and of each member who gains or loses access', async () => {
    const [one, two] = [addUser(acme), addUser(acme)]
    const group = addGroup(acme, [one, two])
    await acme.call('POST', `/api/v1/apps/${appId}/users`, { id: one.id })
    const seq = acme.running.org.ledger.size
    const made = await acme.call('PUT', `${groups}/${group}`, { priority: 3, profile: {} })
    expect(made.status).toBe(200)
    expect(Object.keys(made.body)).toEqual(['id', 'lastUpdated', 'priority', 'profile', '_links'])
    expect((await acme.call('GET', `${groups}/${group}`)).body).toEqual(made.body)
    expect((await acme.call('DELETE', `${groups}/${group}`)).status).toBe(204)
    expect((await acme.call('DELETE', `${groups}/${group}`)).status).toBe(404)
    expect(traceFrom(acme, seq)).toEqual([
      ...[
        'created app-group',
        'group.application_assignment.add',
        'application.user_membership.add',
      ],
      ...['deleted app-group', 'group.application_assignment.remove'],
      'application.user_membership.remove',
    ])
  })

  test('gives the next priority, and a taken one moves its holder and those behind it', async () => {
    const [a, b, c] = [addGroup(acme), addGroup(acme), addGroup(acme)]
    for (const group of [a, b]) await acme.call('PUT', `${groups}/${group}`)
    expect(await priorities()).toEqual([
      [a, 0],
      [b, 1],
    ])
    await acme.call('PUT', `${groups}/${c}`, { priority: 0 })
    expect(await priorities()).toEqual([
      [c, 0],
      [a, 1],
      [b, 2],
    ])
    await acme.call('PUT', `${groups}/${b}`, { priority: 7 })
    await acme.call('PUT', `${groups}/${b}`)
    expect(await priorities()).toEqual([
      [c, 0],
      [a, 1],
      [b, 7],
    ])
  })

  test.each([{ priority: -1 }, { priority: 'high' }, { priority: 1.5 }, { profile: [] }])(
    '%j is refused',
    async (body) => {
      expect((await acme.call('PUT', `${groups}/${addGroup(acme)}`, body)).status).toBe(400)
    },
  )

  test('the list pages by priority, 20 at a time, searches by name and expands', async () => {
    for (let index = 0; index < 23; index++) await acme.call('PUT', `${groups}/${addGroup(acme)}`)
    const first = await acme.call('GET', groups)
    expect(first.body).toHaveLength(20)
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    const second = await acme.call('GET', next)
    expect(second.body).toHaveLength(3)
    expect(second.headers.get('link')).not.toContain('next')
    const { org } = acme.running
    const id = first.body[4].id
    const name = String(org.groups.get(id)?.profile['name'])
    const found = await acme.call('GET', `${groups}?q=${encodeURIComponent(name)}&expand=group`)
    expect(found.body[0]._embedded.group.profile.name).toBe(name)
    expect((await acme.call('GET', `${groups}?after=nonsense`)).body.errorCode).toBe('E0000029')
    expect((await acme.call('GET', `${groups}?expand=nonsense`)).body.errorCode).toBe('E0000001')
  })

  test('a change of members means access only where nothing else gives it', async () => {
    const { org } = acme.running
    const user = addUser(acme)
    const [group, other] = [addGroup(acme, [user]), addGroup(acme)]
    await acme.call('PUT', `${groups}/${group}`)
    const types = (groupId: string) =>
      accessEvents(org, 'add', groupId, user.id).map(({ eventType }) => eventType)
    expect(types(group)).toEqual(['application.user_membership.add'])
    expect(types(other)).toEqual([])
    await acme.call('POST', `/api/v1/apps/${appId}/users`, { id: user.id })
    expect(types(group)).toEqual([])
  })
})
