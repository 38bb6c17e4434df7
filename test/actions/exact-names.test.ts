import { getAction, type JsonObject } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { run, startWorld, type World } from './world.ts'

const NOT_FOUND = 'action_object_not_found'
const AMBIGUOUS = 'action_object_ambiguous'

/** The id that an action of this kind finds, or the code of its refusal. */
async function find(world: World, kind: string, text: string): Promise<unknown> {
  const given: JsonObject = { [kind]: text }
  return run(world, getAction(`${kind}.find`), given).then(
    ({ objects }) => objects[0]?.id,
    ({ code }) => code,
  )
}

describe('a reference means one object, or none', () => {
  // What is between brackets stands for the id of that object.
  test.each([
    ['user', '[ada@example.com]', 'ada@example.com'],
    ['user', 'id:[ada@example.com]', 'ada@example.com'],
    ['user', 'login:[ada@example.com]', NOT_FOUND],
    ['user', 'ADA@Example.com', 'ada@example.com'],
    ['user', 'login:ada@example.com', 'ada@example.com'],
    ['user', 'email:ada@example.com', 'ada@example.com'],
    // Okta finds a user by the beginning of the login, too.
    ['user', 'ada', NOT_FOUND],
    ['user', 'login:ada', NOT_FOUND],
    ['user', 'id:ada@example.com', NOT_FOUND],
    ['user', 'twin@example.com', AMBIGUOUS],
    ['user', 'email:twin@example.com', AMBIGUOUS],
    ['user', 'login:twin@example.com', 'twin@example.com'],
    ['user', 'email:mallory@example.com', NOT_FOUND],
    ['user', 'mallory@example.com', 'mallory@example.com'],
    ['user', 'me', NOT_FOUND],
    ['user', '..', NOT_FOUND],
    ['user', '../groups', NOT_FOUND],
    ['user', 'a/b@example.com', NOT_FOUND],
    ['user', 'x" or id pr or id eq "', NOT_FOUND],
    ['user', '?limit=1', NOT_FOUND],
    // What a list would be.
    ['user', 'id:', NOT_FOUND],
    ['user', 'login:', NOT_FOUND],
    ['user', 'email: ', NOT_FOUND],
    ['group', 'id:', NOT_FOUND],
    ['group', 'id: ', NOT_FOUND],
    ['app', 'id:', NOT_FOUND],
    ['group', '[Operations]', 'Operations'],
    ['group', 'operations', 'Operations'],
    ['group', 'name:Operations', 'Operations'],
    ['group', 'id:Operations', NOT_FOUND],
    ['group', 'Oper', NOT_FOUND],
    ['group', 'Operations ', NOT_FOUND],
    ['group', 'Twins', 'Twins'],
    ['group', 'twins', 'twins'],
    ['group', 'TWINS', AMBIGUOUS],
    ['group', 'rules', NOT_FOUND],
    ['group', 'id:rules', NOT_FOUND],
    ['group', '..', NOT_FOUND],
    ['group', 'x" or type pr or id eq "', NOT_FOUND],
    ['group', 'Everyone', 'Everyone'],
    ['app', '[Payroll]', 'Payroll'],
    ['app', 'payroll', 'Payroll'],
    ['app', 'label:Payroll', 'Payroll'],
    ['app', 'id:Payroll', NOT_FOUND],
    ['app', 'Payroll archive', 'Payroll archive'],
    ['app', 'Payr', NOT_FOUND],
    // The name of a kind of app.
    ['app', 'bookmark', NOT_FOUND],
    ['app', 'Twin app', 'Twin app'],
    ['app', 'TWIN APP', AMBIGUOUS],
  ])('%s %s: %s', async (kind, text, expected) => {
    const world = await startWorld()
    const written = text.replace(/\[(.*)\]/, (_, name: string) => world.idOf(name))
    expect(await find(world, kind, written)).toBe(world.idOf(expected) || expected)
  })
})

test('an ambiguous reference tells the candidates, and what each is', async () => {
  const world = await startWorld()
  const error = await run(world, getAction('user.find'), { user: 'twin@example.com' }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({
    details: {
      count: 2,
      candidates: [
        { id: world.idOf('twin@example.com'), name: 'twin@example.com', status: 'ACTIVE' },
        { id: world.idOf('mallory@example.com'), name: 'mallory@example.com', status: 'ACTIVE' },
      ],
    },
  })
})

test('a list of users means the same as each of them alone', async () => {
  const world = await startWorld()
  const users = [
    ...['ada@example.com', 'BOB@example.com', 'ada', 'twin@example.com', 'login:twin@example.com'],
    ...['email:twin@example.com', 'mallory@example.com', world.idOf('sue@example.com'), 'me'],
    ...['x" or id pr or id eq "', `id:${world.idOf('staged@example.com')}`, 'id:ada@example.com'],
    ...['email:locked@example.com', '../groups', 'nobody@example.com', 'ada@example.com'],
  ]
  const alone = await Promise.all(users.map((user) => find(world, 'user', user)))
  const given = { group: 'Operations', users }
  const together = await run(world, getAction('group.add_members'), given, { dryRun: true })
  const found = new Set(together.effects.map(({ objects }) => objects[0]))
  const codes = together.items?.map(({ error }) => error?.code)
  expect(codes).toEqual(alone.map((one) => (String(one).startsWith('action_') ? one : undefined)))
  const ids = alone.filter((one) => !String(one).startsWith('action_'))
  expect(found).toEqual(new Set(ids))
})

test('a user who was made a moment ago is found by the login, whom no search knows yet', async () => {
  const world = await startWorld({ assumptions: { indexLagMs: 3_600_000 } })
  const profile = {
    ...{ firstName: 'Grace', lastName: 'Hopper' },
    ...{ login: 'grace@example.com', email: 'grace@example.com' },
  }
  await world.send('POST', '/api/v1/users?activate=true', { profile })
  const group = world.idOf('Operations')
  const given = { group, users: ['grace@example.com', 'ada@example.com'] }
  expect(await find(world, 'user', 'grace@example.com')).toMatch(/^00u/)
  const { items } = await run(world, getAction('group.add_members'), given)
  expect(items?.map(({ outcome }) => outcome)).toEqual(['changed', 'changed'])
})

test('what a search still shows under an earlier name is not taken for it', async () => {
  const world = await startWorld({ assumptions: { indexLagMs: 3_600_000 } })
  const profile = { name: 'Renamed', description: null }
  await world.send('PUT', `/api/v1/groups/${world.idOf('Operations')}`, { profile })
  const moved = { profile: { login: 'lovelace@example.com', email: 'lovelace@example.com' } }
  await world.send('POST', `/api/v1/users/${world.idOf('ada@example.com')}`, moved)
  expect(await find(world, 'group', 'Operations')).toBe(NOT_FOUND)
  expect(await find(world, 'user', 'ada@example.com')).toBe(NOT_FOUND)
  expect(await find(world, 'user', 'lovelace@example.com')).toBe(world.idOf('ada@example.com'))
})

test('nothing of credentials or links is shown of what is found', async () => {
  const world = await startWorld()
  const { result } = await run(world, getAction('user.find'), { user: 'ada@example.com' })
  expect(result).not.toHaveProperty('credentials')
  expect(result).not.toHaveProperty('_links')
  const app = await run(world, getAction('app.find'), { app: 'Payroll' })
  expect(app.result).not.toHaveProperty('settings')
})
