import { describe, expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { attributeType } from '../../src/directory/users/attributes.ts'
import { populate } from '../../src/seed/populate.ts'
import { Org } from '../../src/state/org.ts'

const now = new Date('2026-03-30T12:00:00.000Z')

function makeOrg(seed = 1): Org {
  return new Org({ seed, clock: new TestClock(now) })
}

/** Everything that was made, as a value. */
function contentOf(org: Org): unknown {
  const ids = (rows: Iterable<{ readonly id: string }>) => [...rows].map(({ id }) => id)
  return {
    users: [...org.users],
    groups: [...org.groups].map((group) => ({ ...group, members: org.members.rightsOf(group.id) })),
    apps: [...org.apps].map((app) => ({
      ...app,
      users: ids(org.appUsers.get(app.id) ?? []),
      groups: ids(org.appGroups.get(app.id) ?? []),
    })),
    rules: [...org.rules],
  }
}

describe('populate', () => {
  test('makes the same org from the same seed, and another from another', () => {
    const [a, b, c] = [makeOrg(), makeOrg(), makeOrg(2)]
    for (const org of [a, b, c]) populate(org, { users: 300 })
    expect(contentOf(a)).toEqual(contentOf(b))
    expect(contentOf(a)).not.toEqual(contentOf(c))
  })

  test('makes as many users, groups and apps as it is told', () => {
    const org = makeOrg()
    populate(org, { users: 120, groups: 30, apps: 7 })
    expect(org.users.size).toBe(120)
    // Everyone, and the app that directory groups come from.
    expect(org.groups.size).toBe(31)
    expect([...org.apps].filter(({ name }) => name === 'bookmark')).toHaveLength(7)
  })

  test('makes nothing of nothing', () => {
    const org = makeOrg()
    expect(populate(org, { users: 0, groups: 0, apps: 0 })).toEqual({ admin: undefined })
    expect([org.users.size, org.groups.size, org.apps.size]).toEqual([0, 1, 0])
  })

  test('makes the first user an active Super Admin', () => {
    const org = makeOrg()
    const { admin } = populate(org, { users: 10 })
    expect([...org.users][0]).toBe(admin)
    expect(admin).toMatchObject({ status: 'ACTIVE', roles: [{ type: 'SUPER_ADMIN' }] })
  })

  test('gives roles the ids that the API gives them: Base32 of the type, but to Super Admins', () => {
    const org = makeOrg()
    populate(org, { users: 10 })
    const roles = [...org.users].flatMap((user) =>
      (user.roles ?? []).map(({ id, type, createdMs }) => {
        expect(createdMs).toBe(user.createdMs)
        return [type, id]
      }),
    )
    expect(roles).toEqual([
      ['SUPER_ADMIN', expect.stringMatching(/^ra1/)],
      ['READ_ONLY_ADMIN', 'KJCUCRC7J5HEYWK7IFCE2SKO'],
      ['HELP_DESK_ADMIN', 'JBCUYUC7IRCVGS27IFCE2SKO'],
      ['APP_ADMIN', 'IFIFAX2BIRGUSTQ'],
    ])
  })

  test('leaves no trace: the index is current, ledger and log are empty', () => {
    const org = makeOrg()
    populate(org, { users: 200 })
    expect([org.users.isBehind(), org.groups.isBehind()]).toEqual([false, false])
    expect([org.ledger.size, org.log.size]).toEqual([0, 0])
  })

  test('gives every user a login of its own at example.com, also when it is called again', () => {
    const org = makeOrg()
    populate(org, { users: 4_000, groups: 0, apps: 0 })
    populate(org, { users: 1_000, groups: 0, apps: 0 })
    const logins = [...org.users].map(({ profile }) => String(profile['login']))
    expect(new Set(logins.map((login) => login.toLowerCase())).size).toBe(5_000)
    expect(org.userIdsByLogin.size).toBe(5_000)
    expect(logins.filter((login) => !/^[a-z'.\-0-9]+@example\.com$/.test(login))).toEqual([])
  })

  test('has names with apostrophes, accents and of several scripts, and users in every status', () => {
    const org = makeOrg()
    populate(org, { users: 1_000 })
    const names = [...org.users].map(({ profile }) => String(profile['displayName'])).join()
    for (const script of [
      /'/,
      /ü/,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Han}/u,
      /\p{Script=Arabic}/u,
    ]) {
      expect(names).toMatch(script)
    }
    const statuses = [...org.users].map(({ status }) => status)
    expect(new Set(statuses).size).toBe(8)
    expect(statuses.filter((status) => status === 'ACTIVE').length).toBeGreaterThan(800)
  })

  test('keeps times in their order, in whole seconds, none in the future', () => {
    const org = makeOrg()
    populate(org, { users: 1_000 })
    let before = 0
    for (const user of org.users) {
      const { createdMs, lastUpdatedMs, lastLoginMs, activatedMs, statusChangedMs } = user
      const times = [createdMs, lastUpdatedMs, lastLoginMs, activatedMs, statusChangedMs]
      for (const time of times.flatMap((one) => one ?? [])) {
        expect(time % 1_000).toBe(0)
        expect(time).toBeGreaterThanOrEqual(createdMs)
        expect(time).toBeLessThanOrEqual(now.getTime())
      }
      expect(createdMs).toBeGreaterThanOrEqual(before)
      before = createdMs
    }
  })

  test('fills groups with users of the org, those of a rule by its condition', () => {
    const org = makeOrg()
    populate(org, { users: 500, groups: 40 })
    for (const group of org.groups) {
      for (const id of org.members.rightsOf(group.id)) expect(org.users.get(id)).toBeDefined()
    }
    expect(org.rules.size).toBe(3)
    for (const { expression, groupIds } of org.rules) {
      const department = /"(.*)"/.exec(expression)?.[1]
      const members = org.ruleMembers.rightsOf(groupIds[0] ?? '')
      const departments = members.map((id) => org.users.get(id)?.profile['department'])
      expect(new Set(departments)).toEqual(new Set([department]))
    }
    const imported = [...org.groups].filter(({ type }) => type === 'APP_GROUP')
    expect(imported).toHaveLength(4)
    for (const { profile, sourceAppId = '' } of imported) {
      expect(org.apps.get(sourceAppId)?.name).toBe('active_directory')
      expect(profile).toMatchObject({ dn: expect.stringMatching(/^CN=/), groupType: 'Security' })
    }
  })

  test('names managers who are users of the org', () => {
    const org = makeOrg()
    populate(org, { users: 300 })
    const managed = [...org.users].filter(({ profile }) => profile['managerId'] !== undefined)
    expect(managed.length).toBeGreaterThan(150)
    for (const { profile } of managed) {
      const manager = org.users.get(String(profile['managerId']))
      expect(manager?.profile['displayName']).toBe(profile['manager'])
    }
  })

  test('has nobody in a group or an app before they were there, and Everyone since the first user', () => {
    const org = makeOrg()
    populate(org, { users: 3_000 })
    const bornMs = (id: string) => org.users.get(id)?.createdMs ?? Number.NaN
    for (const group of org.groups) {
      const isEveryone = group.id === org.everyoneId
      const ids = isEveryone ? [...org.users].map(({ id }) => id) : org.members.rightsOf(group.id)
      expect(group.lastMembershipUpdatedMs).toBe(Math.max(group.createdMs, ...ids.map(bornMs)))
      if (isEveryone) expect(group.createdMs).toBe(Math.min(...ids.map(bornMs)))
    }
    for (const users of org.appUsers.values()) {
      for (const { id, createdMs } of users) expect(createdMs).toBeGreaterThanOrEqual(bornMs(id))
    }
  })

  test('gives profiles of the schema alone, so that what was read can be written back', () => {
    const org = makeOrg()
    populate(org, { users: 300 })
    const names = new Set([...org.users].flatMap(({ profile }) => Object.keys(profile)))
    expect([...names].filter((name) => attributeType(org, name) === undefined)).toEqual([])
  })

  test('refuses numbers that are none', () => {
    for (const users of [-1, 1.5, Number.NaN]) {
      expect(() => populate(makeOrg(), { users })).toThrow(RangeError)
    }
  })
})
