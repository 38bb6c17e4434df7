/** @module Checklist, 2: limits. */

import { describe, expect, test } from 'vitest'
import { putUser } from '../directory/directory-org.ts'
import {
  acme,
  bookmark,
  limitOf,
  openOrgForEachTest,
  people,
  putGroup,
  query,
  search,
} from './checklist-org.ts'

openOrgForEachTest()

describe('2. Limits', () => {
  test.each([
    ['/api/v1/apps', '20', '200'],
    ['/api/v1/apps/{app}/users', '50', '500'],
    ['/api/v1/apps/{app}/groups', '20', '200'],
    ['/api/v1/users', '200', '200'],
    ['/api/v1/users?q=a', '10', '200'],
    ['/api/v1/users?search=status%20pr', '200', '200'],
    ['/api/v1/users/{user}/groups', '200', '200'],
    ['/api/v1/groups', '10000', '10000'],
    ['/api/v1/groups/{group}/users', '1000', '1000'],
    ['/api/v1/groups/{group}/apps', '20', '200'],
    ['/api/v1/groups/rules', '50', '200'],
    ['/api/v1/devices', '200', '200'],
    ['/api/v1/logs', '100', '1000'],
    ['/api/v1/zones', '20', '200'],
    ['/api/v1/logStreams', '20', '200'],
    ['/api/v1/idps', '20', '200'],
  ])('%s shows %s by default and %s at most', async (path, least, most) => {
    const parts = {
      '{app}': await bookmark(),
      '{user}': people(1)[0]?.id,
      '{group}': putGroup('A').id,
    }
    let own = path
    for (const [name, id] of Object.entries(parts)) own = own.replace(name, String(id))
    expect(limitOf((await acme.call('GET', own)).links['self'])).toBe(least)
    const greater = `${own}${own.includes('?') ? '&' : '?'}limit=100000`
    expect(limitOf((await acme.call('GET', greater)).links['self'])).toBe(most)
  })

  test('a list of policies shows no limit, and needs a type', async () => {
    const { links } = await acme.call('GET', '/api/v1/policies?type=PASSWORD')
    expect(links).toEqual({ self: `${acme.running.url}/api/v1/policies?type=PASSWORD` })
    expect((await acme.call('GET', '/api/v1/policies')).status).toBe(400)
  })

  test('limit=0 gives no groups at all', async () => {
    const { body, links } = await acme.call('GET', '/api/v1/groups?limit=0')
    expect(body).toEqual([])
    expect(Object.keys(links)).toEqual(['self'])
  })

  test('search and filter exclude each other, and neither takes what it does not know', async () => {
    const code = async (path: string) => (await acme.call('GET', path)).body.errorCode
    const filter = 'status eq "ACTIVE"'
    expect(await code(`/api/v1/users?${query({ search: filter, filter })}`)).toBe('E0000033')
    const searches = ['status', 'nothing eq "x"', 'status ne "ACTIVE"', 'not (status pr)']
    const unknown = ['profile.city co "x"', 'lastLogin pr', 'passwordChanged pr', 'Status pr']
    for (const text of [...searches, ...unknown]) expect(await code(search(text))).toBe('E0000031')
    for (const text of [
      'profile.city eq "x"',
      'status gt "A"',
      'profile.email sw "a"',
      'status ne "A"',
    ])
      expect(await code(`/api/v1/users?${query({ filter: text })}`)).toBe('E0000031')
    expect(await code(`/api/v1/logs?${query({ filter: 'published gt "x"' })}`)).toBe('E0000053')
  })

  test('a search folds the case of values, a filter does not', async () => {
    putUser(acme, 'mixed@example.com')
    const email = (value: string) => `profile.email eq "${value}"`
    const count = async (path: string) => (await acme.call('GET', path)).body.length
    expect(await count(search(email('MIXED@example.com')))).toBe(1)
    expect(await count(search(email('MIXED@example.com').replace('eq', 'EQ')))).toBe(1)
    const filtered = (value: string) => `/api/v1/users?${query({ filter: email(value) })}`
    expect([
      await count(filtered('mixed@example.com')),
      await count(filtered('MIXED@example.com')),
    ]).toEqual([1, 0])
  })
})
