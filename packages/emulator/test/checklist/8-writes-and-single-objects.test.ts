/** @module Checklist, 8: writes and single objects. */

import { describe, expect, test } from 'vitest'
import { newUser } from '../directory/directory-org.ts'
import { acme, bookmark, openOrgForEachTest, people, query, search } from './checklist-org.ts'

openOrgForEachTest()

describe('8. Writes and single objects', () => {
  test('the first DELETE of a user deactivates, the second deletes, the third finds nobody', async () => {
    const { body } = await acme.call('POST', '/api/v1/users', {
      body: newUser('leaver@example.com'),
    })
    const path = `/api/v1/users/${body.id}`
    expect((await acme.call('DELETE', path)).status).toBe(204)
    expect((await acme.call('GET', path)).body.status).toBe('DEPROVISIONED')
    expect((await acme.call('DELETE', path)).status).toBe(204)
    expect((await acme.call('GET', path)).body.errorCode).toBe('E0000007')
    expect((await acme.call('DELETE', path)).status).toBe(404)
    acme.clock.advance(1_000)
    expect((await acme.call('GET', search(`id eq "${body.id}"`))).body).toEqual([])
    const { body: events } = await acme.call(
      'GET',
      `/api/v1/logs?${query({ filter: `target.id eq "${body.id}"` })}`,
    )
    expect(events.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
      'user.lifecycle.create',
      'user.lifecycle.activate',
      'user.lifecycle.deactivate',
      'user.lifecycle.delete.initiated',
      'user.lifecycle.delete.completed',
    ])
  })

  test('what is created by POST is answered with 200; a role with 201', async () => {
    const status = async (path: string, body: unknown) =>
      (await acme.call('POST', path, { body })).status
    expect(await status('/api/v1/users', newUser('a@example.com'))).toBe(200)
    expect(await status('/api/v1/groups', { profile: { name: 'A' } })).toBe(200)
    expect(await bookmark()).toMatch(/^0oa/)
    const { clientId } = acme.running.app
    expect(await status(`/oauth2/v1/clients/${clientId}/roles`, { type: 'HELP_DESK_ADMIN' })).toBe(
      201,
    )
  })

  test('one user has an Etag of 64 hex digits that If-Match takes; a list has none', async () => {
    const path = `/api/v1/users/${people(1)[0]?.id}`
    const etag = (await acme.call('GET', path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[\da-f]{64}"$/)
    expect((await acme.call('GET', '/api/v1/users')).headers.get('etag')).toBeNull()
    const change = { body: { profile: { city: 'Lisbon' } }, headers: { 'if-match': etag } }
    expect((await acme.call('POST', path, change)).status).toBe(200)
    expect((await acme.call('POST', path, change)).status).toBe(412)
  })

  test('members stand in their recorded order, and what is known to be empty is null', async () => {
    const body = { ...newUser('a@example.com'), credentials: { password: { value: 'Abcd1234xy' } } }
    const { body: user } = await acme.call('POST', '/api/v1/users', { body })
    const keys =
      'id status created activated statusChanged lastLogin lastUpdated passwordChanged type profile credentials _links'
    expect(Object.keys(user)).toEqual(keys.split(' '))
    expect(user).toMatchObject({
      lastLogin: null,
      profile: { secondEmail: null, mobilePhone: null },
    })
    const [listed] = (
      await acme.call('GET', `/api/v1/users?${query({ search: 'id pr', limit: '1' })}`)
    ).body
    expect(Object.keys(listed._links)).toEqual(['self'])
    const { body: group } = await acme.call('POST', '/api/v1/groups', {
      body: { profile: { name: 'A' } },
    })
    expect(Object.keys(group)).toEqual(
      'id created lastUpdated lastMembershipUpdated objectClass type profile _links'.split(' '),
    )
    expect(group.profile).toEqual({ name: 'A', description: null })
    const { body: app } = await acme.call('GET', `/api/v1/apps/${acme.running.app.clientId}`)
    const appKeys =
      'id orn name label status lastUpdated created accessibility visibility features signOnMode credentials universalLogout settings _links'
    expect(Object.keys(app)).toEqual(appKeys.split(' '))
  })
})
