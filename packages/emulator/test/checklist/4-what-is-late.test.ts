/** @module Checklist, 4: what is late. */

import { describe, expect, test } from 'vitest'
import { newUser } from '../directory/directory-org.ts'
import {
  acme,
  bookmark,
  ids,
  isoAt,
  openOrgForEachTest,
  people,
  putGroup,
  query,
  restart,
  search,
} from './checklist-org.ts'

openOrgForEachTest()

describe('4. What is late', () => {
  const appears = async (path: string) => (await acme.call('GET', path)).body.length

  test.each([undefined, 5_000])(
    'search, filter and q find a change after a second or %j ms; reading does not wait',
    async (indexLagMs) => {
      if (indexLagMs !== undefined) await restart({ assumptions: { indexLagMs } })
      const body = newUser('fresh@example.com', { firstName: 'Fresh' })
      const { id } = (await acme.call('POST', '/api/v1/users', { body })).body
      const indexed = [
        search('profile.firstName eq "Fresh"'),
        '/api/v1/users?q=fresh',
        `/api/v1/users?${query({ filter: `id eq "${id}"` })}`,
      ]
      const counts = () => Promise.all(indexed.map(appears))
      acme.clock.advance((indexLagMs ?? 1_000) - 1)
      expect(await counts()).toEqual([0, 0, 0])
      expect((await acme.call('GET', `/api/v1/users/${id}`)).status).toBe(200)
      expect(ids((await acme.call('GET', '/api/v1/users')).body)).toContain(id)
      acme.clock.advance(1)
      expect(await counts()).toEqual([1, 1, 1])
    },
  )

  test('lastMembershipUpdated appears within 6 s, back-dated to the second of the change', async () => {
    const [user] = people(1)
    const group = putGroup('A')
    const shown = async () =>
      (await acme.call('GET', `/api/v1/groups/${group.id}`)).body.lastMembershipUpdated
    const before = await shown()
    acme.clock.advance(60_000)
    const changed = isoAt(Math.floor(acme.running.org.time.nowMs() / 1_000) * 1_000)
    await acme.call('PUT', `/api/v1/groups/${group.id}/users/${user?.id}`)
    expect(ids((await acme.call('GET', `/api/v1/users/${user?.id}/groups`)).body)).toContain(
      group.id,
    )
    const seen = new Set<string>()
    for (let waitedMs = 0; waitedMs <= 6_000; waitedMs += 500) {
      seen.add(await shown())
      acme.clock.advance(500)
    }
    expect([...seen, await shown()]).toEqual(
      seen.has(before) ? [before, changed, changed] : [changed, changed],
    )
  })

  test('times of users and groups are whole seconds', async () => {
    const { body } = await acme.call('POST', '/api/v1/users', { body: newUser('a@example.com') })
    const { created, activated, lastUpdated, statusChanged } = body
    for (const time of [created, activated, lastUpdated, statusChanged])
      expect(time).toMatch(/\.000Z$/)
  })

  test('memberships do not move lastUpdated of a user, nor do sign-ins or apps', async () => {
    const [user] = people(1)
    const read = async () => (await acme.call('GET', `/api/v1/users/${user?.id}`)).body.lastUpdated
    const before = await read()
    acme.clock.advance(60_000)
    await acme.call('PUT', `/api/v1/groups/${putGroup('A').id}/users/${user?.id}`)
    const app = await bookmark()
    expect(
      (await acme.call('POST', `/api/v1/apps/${app}/users`, { body: { id: user?.id } })).status,
    ).toBe(200)
    expect(await read()).toBe(before)
  })
})
