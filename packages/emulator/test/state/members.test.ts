import { describe, expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { isId } from '../../src/ids.ts'
import { populate } from '../../src/seed/populate.ts'
import { isMember, memberIds } from '../../src/state/members.ts'
import { Org } from '../../src/state/org.ts'

const org = new Org({ clock: new TestClock(new Date('2026-03-30T12:00:00.000Z')) })
populate(org, { users: 5, groups: 0, apps: 0 })
const userIds = [...org.users].map(({ id }) => id)
const [first = '', second = '', third = ''] = userIds
const groupId = org.ids.next('group')
org.members.add(groupId, first)
org.members.add(groupId, third)

describe('a group', () => {
  test('holds those who were put into it, by rising id, also behind one who is not there', () => {
    expect(userIds.map((id) => isMember(org, groupId, id))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
    expect([...memberIds(org, groupId)]).toEqual([first, third])
    expect([...memberIds(org, groupId, first)]).toEqual([third])
    expect([...memberIds(org, groupId, second)]).toEqual([third])
    expect([...memberIds(org, groupId, third)]).toEqual([])
  })

  test('is everybody where it is Everyone', () => {
    expect(userIds.every((id) => isMember(org, org.everyoneId, id))).toBe(true)
    expect([...memberIds(org, org.everyoneId)]).toEqual(userIds)
    expect([...memberIds(org, org.everyoneId, second)]).toEqual(userIds.slice(2))
  })
})

test('an id has the prefix of its kind and 17 digits of base 62', () => {
  const [userId = ''] = userIds
  expect(isId(userId, 'user')).toBe(true)
  for (const text of [groupId, `${userId}0`, userId.slice(0, -1), `${userId.slice(0, -1)}_`, ''])
    expect(isId(text, 'user')).toBe(false)
})
