import { getAction, type JsonObject } from '@postern/core'
import type { Assumptions } from '@postern/emulator'
import { describe, expect, test } from 'vitest'
import { run, startWorld, type World } from './world.ts'

const member = { group: 'Operations', user: 'ada@example.com' }
const memberPath = ({ idOf }: World) =>
  `/api/v1/groups/${idOf('Operations')}/users/${idOf('ada@example.com')}`
const owner = { app: 'Payroll', user: 'ada@example.com' }
const appUsers = ({ idOf }: World) => `/api/v1/apps/${idOf('Payroll')}/users`

const join = (world: World) => world.send('PUT', memberPath(world))
const leave = (world: World) => world.send('DELETE', memberPath(world))
const assign = (world: World) =>
  world.send('POST', appUsers(world), { id: world.idOf('ada@example.com'), scope: 'USER' })

interface Overtaken {
  readonly action: string
  readonly given: JsonObject
  readonly assumptions: Partial<Assumptions>
  readonly before?: (world: World) => Promise<void>
  /** What somebody else does between the look and the change. */
  readonly meanwhile: (world: World) => Promise<void>
  readonly changed: boolean
}

// Where Okta says yes to what is so already, a run cannot know that it came too late.
const overtaken: readonly Overtaken[] = [
  {
    action: 'group.add_member',
    given: member,
    assumptions: { repeatedMembership: '204' },
    meanwhile: join,
    changed: true,
  },
  {
    action: 'group.add_member',
    given: member,
    assumptions: { repeatedMembership: '400' },
    meanwhile: join,
    changed: false,
  },
  {
    action: 'group.remove_member',
    given: member,
    assumptions: { removalOfNonMember: '204' },
    before: join,
    meanwhile: leave,
    changed: true,
  },
  {
    action: 'group.remove_member',
    given: member,
    assumptions: { removalOfNonMember: '404' },
    before: join,
    meanwhile: leave,
    changed: false,
  },
  {
    action: 'app.assign_user',
    given: owner,
    assumptions: { repeatedAssignment: '200' },
    meanwhile: assign,
    changed: true,
  },
  {
    action: 'app.assign_user',
    given: owner,
    assumptions: { repeatedAssignment: '409' },
    meanwhile: assign,
    changed: false,
  },
  {
    action: 'app.unassign_user',
    given: owner,
    assumptions: {},
    before: assign,
    meanwhile: (world) =>
      world.send('DELETE', `${appUsers(world)}/${world.idOf('ada@example.com')}`),
    changed: false,
  },
]

describe('what somebody else did between the look and the change', () => {
  test.each(overtaken)(
    'is as good as done: $action with $assumptions',
    async ({ action, given, assumptions, before, meanwhile, changed }) => {
      const world = await startWorld({ assumptions })
      await before?.(world)
      const answer = await run(world, getAction(action), given, {
        onPrepared: () => meanwhile(world),
      })
      expect(answer.changed).toBe(changed)
      expect(answer.effects).toHaveLength(1)
      expect((await run(world, getAction(action), given)).changed).toBe(false)
    },
  )

  test('is as good as done for one of a list, and the others are changed', async () => {
    const world = await startWorld({ assumptions: { repeatedMembership: '400' } })
    const users = ['ada@example.com', 'bob@example.com']
    const answer = await run(
      world,
      getAction('group.add_members'),
      { group: 'Operations', users },
      { onPrepared: () => join(world) },
    )
    expect(answer.items?.map(({ outcome }) => outcome)).toEqual(['already_so', 'changed'])
    expect(answer.after).toEqual({ members: 2, others: 0 })
  })
})

describe('a membership that a group rule gives', () => {
  const given = { group: 'Ruled', user: 'ada@example.com' }

  async function ruledWorld(removalOfRuleMember: Assumptions['removalOfRuleMember']) {
    const world = await startWorld({ assumptions: { removalOfRuleMember } })
    const { org } = world.running
    const groupIds = [world.idOf('Ruled')]
    await world.emulated.admin.request({
      method: 'POST',
      path: '/api/v1/groups/rules',
      body: {
        ...{ type: 'group_rule', name: 'Everybody called Ada' },
        conditions: {
          expression: { value: 'user.login=="ada@example.com"', type: 'urn:okta:expression:1.0' },
        },
        actions: { assignUserToGroups: { groupIds } },
      },
    })
    const [rule] = [...org.rules]
    await world.send('POST', `/api/v1/groups/rules/${rule?.id}/lifecycle/activate`)
    const { result } = await run(world, getAction('group.check_member'), given)
    expect(result).toEqual({ member: true })
    return world
  }

  test('ends with a note where Okta excludes the user from the rule', async () => {
    const world = await ruledWorld('removed-and-excluded')
    const answer = await run(world, getAction('group.remove_member'), given)
    expect(answer).toMatchObject({ changed: true, after: { member: false } })
    expect(answer.notes).toEqual([expect.stringContaining('Everybody called Ada')])
    expect((await run(world, getAction('group.remove_member'), given)).changed).toBe(false)
  })

  test('stays where Okta refuses, and the rule is named', async () => {
    const world = await ruledWorld('forbidden')
    const changesNow = world.watch()
    await expect(run(world, getAction('group.remove_member'), given)).rejects.toMatchObject({
      code: 'action_membership_from_rule',
      message: expect.stringContaining('Everybody called Ada'),
    })
    const many = { group: 'Ruled', users: [given.user, 'bob@example.com'] }
    const { items } = await run(world, getAction('group.remove_members'), many)
    expect(items).toMatchObject([
      { outcome: 'failed', error: { code: 'action_membership_from_rule' } },
      { outcome: 'already_so' },
    ])
    expect(changesNow()).toEqual([])
  })
})

describe('an app that a group gives', () => {
  async function grantedWorld(assumptions: Partial<Assumptions> = {}) {
    const world = await startWorld({ assumptions })
    await join(world)
    await world.send(
      'PUT',
      `/api/v1/apps/${world.idOf('Payroll')}/groups/${world.idOf('Operations')}`,
      {},
    )
    return world
  }

  test('is not taken from its user, and the group is named', async () => {
    const world = await grantedWorld()
    const changesNow = world.watch()
    const checked = await run(world, getAction('app.check_user'), owner)
    expect(checked.result).toMatchObject({ assigned: true, scope: 'GROUP' })
    await expect(run(world, getAction('app.unassign_user'), owner)).rejects.toMatchObject({
      code: 'action_access_from_group',
      details: { groups: [{ id: world.idOf('Operations'), name: 'Operations' }] },
    })
    expect(changesNow()).toEqual([])
  })

  test('becomes a direct assignment where it is assigned to the user', async () => {
    const world = await grantedWorld()
    const answer = await run(world, getAction('app.assign_user'), owner)
    expect(answer).toMatchObject({
      changed: true,
      before: { scope: 'GROUP' },
      after: { scope: 'USER' },
    })
    expect((await run(world, getAction('app.assign_user'), owner)).changed).toBe(false)
  })

  test('stays with a note where the direct assignment beside it ends', async () => {
    const world = await grantedWorld({ unassignmentWithGroup: 'group-stays' })
    await assign(world)
    const answer = await run(world, getAction('app.unassign_user'), owner)
    expect(answer).toMatchObject({ changed: true, after: { assigned: true, scope: 'GROUP' } })
    expect(answer.notes).toEqual(['The user has the app through the group Operations too.'])
  })

  test('keeps the direct assignment beside it where Okta refuses to end that', async () => {
    const world = await grantedWorld({ unassignmentWithGroup: 'E0000046' })
    await assign(world)
    const changesNow = world.watch()
    await expect(run(world, getAction('app.unassign_user'), owner)).rejects.toMatchObject({
      code: 'action_access_from_group',
      details: { groups: [{ name: 'Operations' }] },
    })
    expect(changesNow()).toEqual([])
  })

  test('may come with any kind of group', async () => {
    const world = await startWorld()
    for (const group of ['Everyone', 'Imported']) {
      const given = { app: 'Payroll', group }
      expect((await run(world, getAction('app.assign_group'), given)).changed).toBe(true)
      expect((await run(world, getAction('app.unassign_group'), given)).changed).toBe(true)
    }
  })
})

describe('a user whose status does not allow it', () => {
  test.each([
    ['app.assign_user', { app: 'Payroll', user: 'gone@example.com' }],
    ['app.assign_user', { app: 'Payroll', user: 'sue@example.com' }],
    ['group.add_member', { group: 'Operations', user: 'gone@example.com' }],
  ])('%s of %o is refused before anything is sent', async (action, given) => {
    const world = await startWorld()
    const changesNow = world.watch()
    await expect(run(world, getAction(action), given)).rejects.toMatchObject({
      code: 'action_status_unsuitable',
    })
    expect(changesNow()).toEqual([])
  })

  test('is refused by Okta where it changed meanwhile', async () => {
    const world = await startWorld()
    const suspend = () =>
      world.send('POST', `/api/v1/users/${world.idOf('ada@example.com')}/lifecycle/suspend`)
    await expect(
      run(world, getAction('app.assign_user'), owner, { onPrepared: suspend }),
    ).rejects.toMatchObject({ code: 'action_status_unsuitable' })
  })
})

test('how far a change goes is told where it may be read', async () => {
  const world = await startWorld()
  await join(world)
  await world.send(
    'PUT',
    `/api/v1/apps/${world.idOf('Payroll')}/groups/${world.idOf('Operations')}`,
    {},
  )
  await world.send('POST', `/api/v1/groups/${world.idOf('Operations')}/roles`, {
    type: 'HELP_DESK_ADMIN',
  })
  const reachOf = async (action: string, given: JsonObject, org = world.org) => {
    let reach: JsonObject | undefined
    await run({ org }, getAction(action), given, {
      dryRun: true,
      onPrepared: async (prepared) => {
        reach = await prepared.reach?.()
      },
    })
    return reach
  }
  const given = { group: 'Operations', user: 'bob@example.com' }
  const apps = { count: 1, labels: ['Payroll'] }
  const adminRoles = ['Help Desk Administrator']
  expect(await reachOf('group.add_member', given)).toEqual({ apps, adminRoles })
  const many = { group: 'Operations', users: ['bob@example.com', 'sue@example.com'] }
  expect(await reachOf('group.add_members', many)).toEqual({ users: 2, apps, adminRoles })
  const ofApp = { app: 'Payroll archive', group: 'Operations' }
  expect(await reachOf('app.assign_group', ofApp)).toEqual({ users: 1 })
  const scopes = ['okta.groups.manage', 'okta.users.manage']
  const org = world.emulated.client({ credential: { ...world.emulated.credential, scopes } })
  expect(await reachOf('group.add_member', given, org)).toEqual({ apps, adminRoles: null })
})
