import {
  type Batch,
  fetchTransport,
  InputError,
  type InputName,
  inputs,
  read,
  type Transport,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'

const small = { users: 30, groups: 4, apps: 3, keyType: 'EC' } as const

async function collect(batches: AsyncIterable<Batch>): Promise<readonly Batch[]> {
  const all: Batch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}

const textsOf = (batches: readonly Batch[]) =>
  batches.flatMap(({ records }) => records.map((record) => Buffer.from(record).toString()))

const failureOf = (batches: AsyncIterable<Batch>): Promise<unknown> =>
  collect(batches).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )

describe('read', () => {
  test.each<[InputName, string]>([
    ['users', '/api/v1/users?search=status+pr'],
    ['groups', '/api/v1/groups'],
    ['apps', '/api/v1/apps'],
  ])('gives %s as Okta sent them, and no cursor at the end', async (name, path) => {
    const { app, admin } = await emulatedOrg(small)
    const expected: string[] = []
    for await (const { records } of admin.pages(path)) {
      expected.push(...records.map((record) => Buffer.from(record).toString()))
    }
    const batches = await collect(read(app, name))
    expect(textsOf(batches).toSorted()).toEqual(expected.toSorted())
    expect(expected.length).toBeGreaterThan(3)
    expect(batches.at(-1)).toMatchObject({ remaining: 0 })
    expect(batches.at(-1)?.cursor).toBeUndefined()
  })

  test('gives users who are deprovisioned, and Everyone among the groups', async () => {
    const { app, running } = await emulatedOrg({ ...small, users: 200 })
    const users = textsOf(await collect(read(app, 'users'))).map((text) => JSON.parse(text))
    expect(users.some(({ status }) => status === 'DEPROVISIONED')).toBe(true)
    const groups = textsOf(await collect(read(app, 'groups'))).map((text) => JSON.parse(text))
    expect(groups.map(({ id }) => id)).toContain(running.org.everyoneId)
  })

  test('gives what changed since a moment', async () => {
    const { app, admin, running } = await emulatedOrg(small)
    const [user] = running.org.users
    const since = new Date(running.org.time.nowMs() - 1_000)
    await admin.request({
      method: 'POST',
      path: `/api/v1/users/${user?.id}`,
      body: { profile: { title: 'Porter' } },
    })
    running.org.assumptions = { ...running.org.assumptions, indexLagMs: 0 }
    const changed = textsOf(await collect(read(app, 'users', { since })))
    expect(changed.map((text) => JSON.parse(text).id)).toEqual([user?.id])
    const nothing = await collect(read(app, 'users', { since: new Date(Date.now() + 86_400_000) }))
    expect(textsOf(nothing)).toEqual([])
  })

  test.each(inputs.map(({ name, scopes }) => [name, scopes] as const))(
    'of %s names a scope that is missing before anything is asked',
    async (name, scopes) => {
      const [scope = ''] = scopes
      const others = ['okta.users.read', 'okta.groups.read', 'okta.apps.read', 'okta.logs.read']
      const { running, client, credential } = await emulatedOrg({
        ...small,
        faults: [`scope-not-granted=${scope}`],
      })
      const asked: string[] = []
      const transport: Transport = (request) => {
        asked.push(new URL(request.url).pathname)
        return fetchTransport(request)
      }
      const org = client({ transport, credential: { ...credential, scopes: others } })
      expect(await failureOf(read(org, name))).toMatchObject({
        code: 'scope_not_granted',
        details: { missing: [scope] },
        remedy: expect.stringContaining(scope),
      })
      expect(asked).toEqual(['/oauth2/v1/token'])
      expect(running.unexpected).toEqual([])
    },
  )

  test.each<[InputName]>([['users'], ['groups'], ['group-members'], ['apps'], ['app-assignments']])(
    'of %s does not believe an empty list: the admin role is missing',
    async (name) => {
      const { app } = await emulatedOrg({ ...small, faults: ['admin-role-missing'] })
      expect(await failureOf(read(app, name))).toMatchObject({
        code: 'role_missing',
        remedy: expect.stringContaining('Admin roles tab'),
      })
    },
  )

  test('ends at its limit, with a cursor only where nothing behind it is left out', async () => {
    const { app } = await emulatedOrg({ ...small, users: 450 })
    const whole = await collect(read(app, 'users', { limit: 200, parallel: 1 }))
    expect(textsOf(whole).length).toBe(200)
    const rest = await collect(read(app, 'users', { cursor: whole.at(-1)?.cursor }))
    expect(new Set([...textsOf(whole), ...textsOf(rest)]).size).toBe(450)
    const some = await collect(read(app, 'users', { limit: 7 }))
    expect([textsOf(some).length, some.at(-1)?.cursor]).toEqual([7, undefined])
  })

  test('names how many came and where to go on, where it stops in the middle', async () => {
    const { app, running } = await emulatedOrg({ ...small, users: 450 })
    running.faults.on('foreign-link=path:/api/v1/users,after:1,times:1')
    const seen: Batch[] = []
    const error = await (async () => {
      for await (const batch of read(app, 'users', { parallel: 1 })) seen.push(batch)
    })().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({
      code: 'input_incomplete',
      details: { records: 200, because: 'page_link_foreign_host', cursor: seen.at(-1)?.cursor },
    })
    const { cursor } = (error as InputError).details as { readonly cursor: string }
    const rest = await collect(read(app, 'users', { cursor }))
    expect(new Set([...textsOf(seen), ...textsOf(rest)]).size).toBe(450)
  })

  test('ends with the reason of a signal that aborts, and asks for nothing more', async () => {
    const { app } = await emulatedOrg({ ...small, users: 450 })
    const controller = new AbortController()
    const reading = read(app, 'users', { signal: controller.signal, parallel: 1 })
    await reading.next()
    controller.abort()
    await expect(reading.next()).rejects.toMatchObject({ name: 'AbortError' })
  })

  test.each<[string, Parameters<typeof read>[1], object, string]>([
    ['a name that is none', 'user' as InputName, {}, 'input_unknown'],
    ['since for apps', 'apps', { since: new Date() }, 'input_since_unsupported'],
    ['until for users', 'users', { until: new Date() }, 'input_until_unsupported'],
    [
      'since that is later than until',
      'system-log',
      { since: new Date(1), until: new Date(0) },
      'input_range_reversed',
    ],
    ['a cursor that is none', 'users', { cursor: 'xyz' }, 'input_cursor_invalid'],
    [
      'a cursor of another input',
      'users',
      { cursor: cursorOf('apps', { page: '/api/v1/apps?after=1' }) },
      'input_cursor_invalid',
    ],
    [
      'a cursor without a list',
      'users',
      { cursor: cursorOf('users', { chains: [] }) },
      'input_cursor_invalid',
    ],
    [
      'a cursor whose page is no text',
      'apps',
      { cursor: cursorOf('apps', { page: 7 }) },
      'input_cursor_invalid',
    ],
    [
      'a cursor with a time out of range',
      'users',
      { cursor: cursorOf('users', { chains: [{ fromMs: 8.64e15 }] }) },
      'input_cursor_invalid',
    ],
    [
      'a cursor that leads to another list',
      'apps',
      { cursor: cursorOf('apps', { page: '/api/v1/users?limit=1' }) },
      'request_path_invalid',
    ],
    [
      'a cursor that leads to another host',
      'apps',
      { cursor: cursorOf('apps', { page: '//evil.example/api/v1/apps' }) },
      'request_path_invalid',
    ],
    [
      'a cursor with a list that there is not',
      'group-members',
      { cursor: cursorOf('group-members', { open: [{ id: '00g1', list: 1 }] }) },
      'input_cursor_invalid',
    ],
  ])('refuses %s', async (_what, name, options, code) => {
    const { app } = await emulatedOrg(small)
    expect(await failureOf(read(app, name, options))).toMatchObject({ code })
  })
})

function cursorOf(input: InputName, state: object): string {
  return `${input}_${Buffer.from(JSON.stringify(state)).toString('base64url')}`
}
