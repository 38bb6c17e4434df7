/** @module `GET /api/v1/users` in all its forms. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DirectoryOrg, newUser, openDirectory, putUser, tokenOf } from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(async () => {
  expect(directory.running.unexpected).toEqual([])
  await directory.running.close()
})

const list = (query: string, token?: string) =>
  directory.call('GET', `/api/v1/users${query}`, token === undefined ? {} : { token })
const logins = (users: readonly { profile: { login: string } }[]) =>
  users.map((user) => user.profile.login)
const search = (text: string, more = '') => list(`?search=${encodeURIComponent(text)}${more}`)

describe('the list of users', () => {
  test('without parameters has 200 on a page, a self link that says so, and no deprovisioned user', async () => {
    putUser(directory, 'gone@example.com', { status: 'DEPROVISIONED' })
    const { body, links } = await list('')
    expect(links).toEqual({ self: `${directory.running.url}/api/v1/users?limit=200` })
    expect(logins(body)).not.toContain('gone@example.com')
    expect(Object.keys(body[0]._links)).toEqual(['self'])
  })

  test('shows a user anew after a change, under another host and under another assumption', async () => {
    const { id } = putUser(directory, 'kept@example.com')
    const shown = async (url = directory.running.url) => {
      const headers = { Authorization: `SSWS ${directory.running.adminToken}` }
      const users: { id: string; _links: object; credentials: object; profile: object }[] = await (
        await fetch(`${url}/api/v1/users`, { headers })
      ).json()
      return users.find((user) => user.id === id)
    }
    const before = await shown()
    expect(await shown()).toEqual(before)
    const other = directory.running.url.replace('127.0.0.1', 'localhost')
    expect((await shown(other))?._links).toEqual({ self: { href: `${other}/api/v1/users/${id}` } })
    const { org } = directory.running
    org.assumptions = { ...org.assumptions, userEmails: 'never' }
    expect((await shown())?.credentials).not.toHaveProperty('emails')
    org.assumptions = { ...org.assumptions, userEmails: 'always' }
    expect((await shown())?.credentials).toHaveProperty('emails')
    await directory.call('POST', `/api/v1/users/${id}`, { body: { profile: { nickName: 'K' } } })
    expect((await shown())?.profile).toMatchObject({ nickName: 'K' })
  })

  test('is current, while search, filter and q see a new user a second later', async () => {
    await directory.call('POST', '/api/v1/users', { body: newUser('fresh@example.com') })
    const forms = [
      `?search=${encodeURIComponent('profile.login eq "fresh@example.com"')}`,
      `?filter=${encodeURIComponent('profile.login eq "fresh@example.com"')}`,
      '?q=fresh@',
    ]
    expect(logins((await list('')).body)).toContain('fresh@example.com')
    for (const form of forms) expect((await list(form)).body).toEqual([])
    directory.clock.advance(1_000)
    for (const form of forms) expect(logins((await list(form)).body)).toEqual(['fresh@example.com'])
  })

  test('by search or filter has deprovisioned users too, by q it has not', async () => {
    putUser(directory, 'left@example.com', { status: 'DEPROVISIONED' })
    const found = await search('profile.email eq "LEFT@example.com"')
    expect(logins(found.body)).toEqual(['left@example.com'])
    const exact = encodeURIComponent('profile.email eq "LEFT@example.com"')
    expect((await list(`?filter=${exact}`)).body).toEqual([])
    const filtered = await list(`?filter=${encodeURIComponent('status eq "DEPROVISIONED"')}`)
    expect(logins(filtered.body)).toContain('left@example.com')
    expect((await list('?q=left')).body).toEqual([])
  })

  test('by q matches the beginnings of names and address, ten on its only page', async () => {
    for (let number = 0; number < 12; number++)
      putUser(directory, `x${number}@example.com`, { profile: { firstName: 'Zaphod' } })
    const { body, links } = await list('?q=ZAPH')
    expect(body).toHaveLength(10)
    expect(Object.keys(links)).toEqual(['self'])
    expect((await list('?q=aphod')).body).toEqual([])
    expect((await list('?q=zaph&limit=12')).body).toHaveLength(12)
  })

  test('has cursors of a digit and an id, with search the plain id', async () => {
    const plain = await list('?limit=1')
    expect(plain.links['next']).toBe(
      `${directory.running.url}/api/v1/users?after=2${plain.body[0].id}&limit=1`,
    )
    const found = await search('id pr', '&limit=1')
    expect(found.links['next']).toBe(
      `${directory.running.url}/api/v1/users?after=${found.body[0].id}&limit=1&search=id+pr`,
    )
  })

  test('has self links without what was ignored', async () => {
    const { links } = await search('id pr', '&limit=5&sortOrder=0&expand=classification')
    expect(links['self']).toBe(`${directory.running.url}/api/v1/users?limit=5&search=id+pr`)
    const odd = await search('id pr', '&sortBy=created&sortOrder=0')
    expect(odd.links['self']).toBe(
      `${directory.running.url}/api/v1/users?limit=200&search=id+pr&sortBy=created`,
    )
    const sorted = await search('id pr', '&sortBy=created&sortOrder=desc')
    expect(sorted.links['self']).toBe(
      `${directory.running.url}/api/v1/users?limit=200&search=id+pr&sortBy=created&sortOrder=desc`,
    )
  })

  test.each([
    ['?search=id%20pr&filter=id%20pr', 'E0000033'],
    ['?search=nonsense', 'E0000031'],
    ['?search=id%20ne%20%221%22', 'E0000031'],
    ['?search=not%20(id%20pr)', 'E0000031'],
    ['?search=profile.city%20co%20%22a%22', 'E0000031'],
    ['?search=profile.nothing%20pr', 'E0000031'],
    ['?filter=profile.city%20eq%20%22a%22', 'E0000031'],
    ['?filter=status%20sw%20%22A%22', 'E0000031'],
    ['?search=id%20pr&sortBy=nothing', 'E0000031'],
    ['?search=id%20pr&sortBy=created&after=garbage', 'E0000029'],
    ['?after=garbage', 'E0000029'],
    ['?limit=many', 'E0000001'],
  ])('%s is refused with %s', async (query, code) => {
    const { status, body } = await list(query)
    expect([status, body.errorCode]).toEqual([400, code])
  })

  test('shows of the profile what fields names, and leaves credentials out where asked', async () => {
    const { body } = await list(`?limit=1&fields=${encodeURIComponent('profile:(login, email)')}`)
    expect(Object.keys(body[0].profile)).toEqual(['login', 'email'])
    const type = 'application/json; okta-response="omitCredentials,omitCredentialsLinks"'
    const lean = await directory.call('GET', '/api/v1/users?limit=1', {
      headers: { 'content-type': type },
    })
    expect(lean.body[0]).not.toHaveProperty('credentials')
    expect(body[0]).toHaveProperty('credentials')
  })

  test('is empty without a role, and has only the members of the groups that a role is for', async () => {
    const { org } = directory.running
    const group = (
      await directory.call('POST', '/api/v1/groups', { body: { profile: { name: 'R' } } })
    ).body
    const member = putUser(directory, 'member@example.com')
    const outsider = putUser(directory, 'outsider@example.com')
    org.members.add(group.id, member.id)
    const nobody = org.addApiToken(member.id, 'no role').value
    const without = await list('?limit=2', nobody)
    expect([without.status, without.body]).toEqual([200, []])
    const targeted = tokenOf(directory, 'USER_ADMIN', [group.id])
    expect(logins((await list('', targeted)).body)).toEqual(['member@example.com'])
    const one = await directory.call('GET', `/api/v1/users/${outsider.id}`, { token: targeted })
    expect([one.status, one.body.errorCode]).toEqual([403, 'E0000006'])
  })
})

describe('a walk over 2,500 users', () => {
  let big: DirectoryOrg
  beforeAll(async () => {
    big = await openDirectory()
    for (let number = 0; number < 2_499; number++) {
      putUser(big, `user${number}@example.com`, {
        lastUpdatedMs: 1_700_000_000_000 + (number % 7) * 1_000,
        profile: number % 3 === 0 ? { department: `D${number % 5}` } : {},
      })
    }
  })
  afterAll(() => big.running.close())

  const expectEveryOne = async (path: string, limit: number, size = 2_500) => {
    const pages = await big.walk(path)
    const ids = pages.flatMap(({ body }) => body.map((user: { id: string }) => user.id))
    expect(ids).toHaveLength(size)
    expect(new Set(ids).size).toBe(size)
    expect(pages).toHaveLength(Math.ceil(size / limit))
    return ids
  }

  const forms = [
    '',
    '&search=id%20pr',
    '&filter=status%20eq%20%22ACTIVE%22',
    '&search=id%20pr&sortBy=lastUpdated&sortOrder=desc',
    '&search=id%20pr&sortBy=profile.department',
  ]
  test('gives every user once, whatever the form and the limit', async () => {
    const limits = fc.oneof(fc.integer({ min: 100, max: 200 }), fc.constantFrom(25, 125))
    const walks = fc.asyncProperty(fc.constantFrom(...forms), limits, async (form, limit) => {
      await expectEveryOne(`/api/v1/users?limit=${limit}${form}`, limit)
    })
    await fc.assert(walks, { numRuns: 12 })
  })

  test('gives every user once with a limit of 1 or 2 in a part of them', async () => {
    const ids = await expectEveryOne('/api/v1/users?limit=200', 200)
    const range = encodeURIComponent(`id gt "${ids[99]}" and id le "${ids[139]}"`)
    for (const limit of [1, 2, 3]) {
      expect(
        await expectEveryOne(`/api/v1/users?limit=${limit}&search=${range}`, limit, 40),
      ).toEqual(ids.slice(100, 140))
    }
  })

  test('by sortBy is in order, ties by id, users without a value last', async () => {
    const rows = (await big.walk('/api/v1/users?search=id%20pr&sortBy=profile.department')).flatMap(
      ({ body }) => body,
    )
    const keys = rows.map((user) => `${user.profile.department ?? '~'} ${user.id}`)
    expect(keys).toEqual(keys.toSorted())
  })

  test('skips and repeats nothing that stays while others come and go', async () => {
    const first = await big.call('GET', '/api/v1/users?limit=100')
    const removed = first.body[99]
    const { org } = big.running
    const row = org.users.get(removed.id)
    if (row !== undefined) org.removeUser(row)
    const second = await big.call('GET', first.links['next'] ?? '')
    const ids = [...org.users].map(({ id }) => id)
    expect(second.body.map((user: { id: string }) => user.id)).toEqual(ids.slice(99, 199))
  })
})
