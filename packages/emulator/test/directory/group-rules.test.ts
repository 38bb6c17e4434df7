/** @module Group rules: kept, and really putting users into groups. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileCondition } from '../../src/directory/rules/condition.ts'
import { type DirectoryOrg, eventsFrom, newUser, openDirectory, putUser } from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(async () => {
  expect(directory.running.unexpected).toEqual([])
  await directory.running.close()
})

const PATH = '/api/v1/groups/rules'
let made = 0
const createGroup = async (): Promise<string> => {
  const body = { profile: { name: `Target ${made++}` } }
  return (await directory.call('POST', '/api/v1/groups', { body })).body.id
}
const ruleBody = (groupIds: readonly string[], value: string, name = `Rule ${made++}`) => ({
  type: 'group_rule',
  name,
  conditions: { expression: { type: 'urn:okta:expression:1.0', value } },
  actions: { assignUserToGroups: { groupIds } },
})
const createRule = async (groupId: string, value: string): Promise<string> => {
  const body = ruleBody([groupId], value)
  return (await directory.call('POST', PATH, { body })).body.id
}
const createUser = async (login: string, profile: object): Promise<string> => {
  const body = newUser(login, { ...profile })
  return (await directory.call('POST', '/api/v1/users', { body })).body.id
}
const isMember = (groupId: string, userId: string) =>
  directory.running.org.members.has(groupId, userId)

describe('an active rule', () => {
  test('puts those who are there, those who come and those who change into its group', async () => {
    const groupId = await createGroup()
    const there = putUser(directory, 'there@example.com', { profile: { department: 'Ops' } }).id
    const ruleId = await createRule(groupId, 'user.department=="Ops"')
    expect(isMember(groupId, there)).toBe(false)
    const seq = directory.running.org.ledger.size
    expect((await directory.call('POST', `${PATH}/${ruleId}/lifecycle/activate`)).status).toBe(204)
    expect(eventsFrom(directory, seq)).toEqual([
      'policy.rule.activate',
      'group.user_membership.add',
    ])
    expect(isMember(groupId, there)).toBe(true)
    const comer = await createUser('comer@example.com', { department: 'Ops' })
    expect(isMember(groupId, comer)).toBe(true)
    const changer = await createUser('changer@example.com', {})
    expect(isMember(groupId, changer)).toBe(false)
    const set = (department: string | null) =>
      directory.call('POST', `/api/v1/users/${changer}`, { body: { profile: { department } } })
    await set('Ops')
    expect(isMember(groupId, changer)).toBe(true)
    await set(null)
    expect(isMember(groupId, changer)).toBe(false)
  })

  test('leaves those alone who were put there by hand', async () => {
    const groupId = await createGroup()
    const ruleId = await createRule(groupId, 'user.city=="Rome"')
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/activate`)
    const userId = await createUser('by.hand@example.com', { city: 'Rome' })
    await directory.call('PUT', `/api/v1/groups/${groupId}/users/${userId}`)
    await directory.call('POST', `/api/v1/users/${userId}`, { body: { profile: { city: 'Oslo' } } })
    expect(isMember(groupId, userId)).toBe(true)
  })

  test('leaves the members of an excluded group out, and everybody where that is Everyone', async () => {
    const { everyoneId } = directory.running.org
    const excluded = await createGroup()
    const userId = putUser(directory, 'out@example.com', { profile: { department: 'Out' } }).id
    directory.running.org.members.add(excluded, userId)
    for (const exclude of [excluded, everyoneId]) {
      const groupId = await createGroup()
      const { conditions, ...rule } = ruleBody([groupId], 'user.department=="Out"')
      const people = { groups: { exclude: [exclude] } }
      const body = { ...rule, conditions: { ...conditions, people } }
      const { id } = (await directory.call('POST', PATH, { body })).body
      await directory.call('POST', `${PATH}/${id}/lifecycle/activate`)
      expect(isMember(groupId, userId)).toBe(false)
      directory.running.org.members.remove(excluded, userId)
    }
  })

  test('never brings back whom somebody took out, or, by assumption, nobody can be taken out', async () => {
    const { org } = directory.running
    const groupId = await createGroup()
    const ruleId = await createRule(groupId, 'user.city=="Bern"')
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/activate`)
    const userId = await createUser('taken.out@example.com', { city: 'Bern' })
    const path = `/api/v1/groups/${groupId}/users/${userId}`
    org.assumptions = { ...org.assumptions, removalOfRuleMember: 'forbidden' }
    expect((await directory.call('DELETE', path)).status).toBe(403)
    org.assumptions = { ...org.assumptions, removalOfRuleMember: 'removed-and-excluded' }
    expect((await directory.call('DELETE', path)).status).toBe(204)
    await directory.call('POST', `/api/v1/users/${userId}`, { body: { profile: { title: 'T' } } })
    expect(isMember(groupId, userId)).toBe(false)
    const rule = await directory.call('GET', `${PATH}/${ruleId}`)
    expect(rule.body.conditions.people.users.exclude).toEqual([userId])
  })

  test.each([
    ['', true],
    ['?removeUsers=true', false],
  ])('that is deleted with "%s" leaves its members: %s', async (query, stays) => {
    const groupId = await createGroup()
    const ruleId = await createRule(groupId, 'user.city=="Lima"')
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/activate`)
    const userId = await createUser(`lima${query.length}@example.com`, { city: 'Lima' })
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/deactivate`)
    expect(isMember(groupId, userId)).toBe(true)
    const { status, body } = await directory.call('DELETE', `${PATH}/${ruleId}${query}`)
    expect([status, body]).toEqual([202, {}])
    expect(isMember(groupId, userId)).toBe(stays)
  })
})

describe('a rule', () => {
  test('is listed 50 on a page, by keyword, with the names of its groups where asked', async () => {
    const groupId = await createGroup()
    const body = ruleBody([groupId], 'user.city=="X"', 'Findable keyword')
    await directory.call('POST', PATH, { body })
    const whole = await directory.call('GET', PATH)
    expect(whole.links).toEqual({ self: `${directory.running.url}${PATH}?limit=50` })
    const found = await directory.call('GET', `${PATH}?search=KEYWORD&expand=groupIdToGroupNameMap`)
    expect(found.body).toHaveLength(1)
    expect(Object.keys(found.body[0]._embedded.groupIdToGroupNameMap)).toEqual([groupId])
    const pages = await directory.walk(`${PATH}?limit=1`)
    expect(pages).toHaveLength(whole.body.length)
  })

  test('cannot be changed while it is active', async () => {
    const groupId = await createGroup()
    const ruleId = await createRule(groupId, 'user.city=="Y"')
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/activate`)
    const body = ruleBody([groupId], 'user.city=="Z"')
    expect((await directory.call('PUT', `${PATH}/${ruleId}`, { body })).status).toBe(400)
    await directory.call('POST', `${PATH}/${ruleId}/lifecycle/deactivate`)
    const changed = await directory.call('PUT', `${PATH}/${ruleId}`, { body })
    expect(changed.body.conditions.expression.value).toBe('user.city=="Z"')
  })

  test('created too soon after another is refused with 423 where that is assumed', async () => {
    const { org } = directory.running
    org.assumptions = { ...org.assumptions, ruleReconciliationMs: 2_000 }
    const groupId = await createGroup()
    directory.clock.advance(10_000)
    const post = () => directory.call('POST', PATH, { body: ruleBody([groupId], 'true') })
    expect((await post()).status).toBe(200)
    const second = await post()
    expect([second.status, second.body.errorCode]).toEqual([423, 'E0000239'])
    directory.clock.advance(2_000)
    expect((await post()).status).toBe(200)
    org.assumptions = { ...org.assumptions, ruleReconciliationMs: 0 }
  })

  test('is refused without name, expression or a group of the administrators', async () => {
    const groupId = await createGroup()
    const { everyoneId } = directory.running.org
    const bodies = [
      {},
      ruleBody([groupId], 'x', ' '),
      ruleBody([groupId], '', 'No expression'),
      ruleBody([], 'x'),
      ruleBody(['00gnone'], 'x'),
      ruleBody([everyoneId], 'x'),
      { ...ruleBody([groupId], 'x'), type: 'other' },
    ]
    for (const body of bodies) {
      const answer = await directory.call('POST', PATH, { body })
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
    }
    const unknown = await directory.call('GET', `${PATH}/0prnone`)
    expect([unknown.status, unknown.body.errorCode]).toEqual([404, 'E0000007'])
  })
})

describe('compileCondition', () => {
  test.each([
    ['user.firstName == "Test"', true],
    ['user.firstName==\'Test\' and user.lastName != "Person"', false],
    ['user.city == null', true],
    ['String.startsWith(user.firstName,String.toLowerCase("T"))', false],
    ['String.startsWith(String.toLowerCase(user.firstName), "te")', true],
    ['String.stringContains(user.email, "@example")', true],
    ['!String.stringContains(user.email, "@example") || true', true],
    ['not (user.firstName == "Test") OR (user.lastName == "Person" AND true)', true],
    ['user.city == "x" && user.unknown == "y"', false],
    ['String.startsWith(user.city, "x")', false],
    ['user.firstName', false],
    ['isMemberOfAnyGroup("00g1")', false],
    ['user.firstName == "Test" ? true : false', false],
    ['Arrays.contains(user.x, "y")', false],
    ['String.startsWith("a")', false],
    ['user.firstName ==', false],
    [`${'!'.repeat(100_000)}true`, false],
    ['('.repeat(200), false],
  ])('%.60s is %s for a test person', (expression, fits) => {
    const user = putUser(directory, `condition${made++}@example.com`)
    expect(compileCondition(expression)(user)).toBe(fits)
  })
})
