/** @module Checklist, 3: what is hidden. */

import { describe, expect, test } from 'vitest'
import { putUser } from '../directory/directory-org.ts'
import {
  acme,
  bearer,
  ids,
  openOrgForEachTest,
  people,
  putGroup,
  query,
  search,
} from './checklist-org.ts'

openOrgForEachTest()

describe('3. What is hidden', () => {
  test('deprovisioned users are missing from the plain list and from q, not from search and filter', async () => {
    const { id } = putUser(acme, 'gone@example.com', { status: 'DEPROVISIONED' })
    const finds = async (path: string) => ids((await acme.call('GET', path)).body).includes(id)
    expect(await finds('/api/v1/users')).toBe(false)
    expect(await finds('/api/v1/users?q=gone')).toBe(false)
    expect(await finds(search('id pr'))).toBe(true)
    expect(await finds(`/api/v1/users?${query({ filter: 'status eq "DEPROVISIONED"' })}`)).toBe(
      true,
    )
    expect((await acme.call('GET', `/api/v1/users/${id}`)).status).toBe(200)
  })

  test('without an admin role lists are 200 [] with a self link, single objects 403 E0000006', async () => {
    const headers = await bearer()
    const { status, body, links } = await acme.call('GET', '/api/v1/users?limit=1', { headers })
    expect([status, body]).toEqual([200, []])
    expect(links).toEqual({ self: `${acme.running.url}/api/v1/users?limit=1` })
    const one = await acme.call('GET', `/api/v1/users/${people(1)[0]?.id}`, { headers })
    expect([one.status, one.body.errorCode]).toEqual([403, 'E0000006'])
  })

  test('a group administrator does not see Everyone', async () => {
    const { org } = acme.running
    const role = { id: 'x', type: 'USER_ADMIN', createdMs: 0, lastUpdatedMs: 0 } as const
    const roles = [{ ...role, groupTargets: [], appTargets: [] }]
    const owner = putUser(acme, 'admin@example.com', { roles })
    const token = org.addApiToken(owner.id, 'x').value
    const group = putGroup('Mine')
    expect(ids((await acme.call('GET', '/api/v1/groups', { token })).body)).toEqual([group.id])
  })

  test('a token without the scope is 403, an empty body, and a challenge that names the scope', async () => {
    const headers = await bearer({ roles: ['SUPER_ADMIN'] })
    const {
      status,
      body,
      headers: answered,
    } = await acme.call('GET', '/api/v1/groups', { headers })
    expect([status, body]).toEqual([403, undefined])
    const { host } = new URL(acme.running.url)
    expect(answered.get('www-authenticate')).toBe(
      `Bearer authorization_uri="http://${host}/oauth2/v1/authorize", realm="http://${host}", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups"`,
    )
  })

  test('the challenge to the DPoP scheme names the algorithms', async () => {
    const headers = { authorization: 'DPoP x' }
    const { status, headers: answered } = await acme.call('GET', '/api/v1/groups', { headers })
    expect(status).toBe(401)
    expect(answered.get('www-authenticate')).toMatch(
      /^DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", authorization_uri="http:/,
    )
  })
})
