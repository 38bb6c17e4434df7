import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiToken } from '../../src/state/api-token.ts'
import type { StandardRole } from '../../src/state/role.ts'
import { type AdminOrg, addUser, openOrg } from '../apps/admin-org.ts'

let acme: AdminOrg
const DAY_MS = 86_400_000

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

/** A token whose owner has a role, and a call with it. */
function makeToken(type?: StandardRole) {
  const { org } = acme.running
  const times = { createdMs: 0, lastUpdatedMs: 0 }
  const targets = { groupTargets: [], appTargets: [] }
  const role = type && { id: org.ids.next('userRole'), type, ...times, ...targets }
  const owner = addUser(acme, { roles: role === undefined ? [] : [role] })
  const token = org.addApiToken(owner.id, 'test')
  const change = (fields: Partial<ApiToken>) => {
    org.apiTokens.put({ ...(org.apiTokens.get(token.id) ?? token), ...fields })
  }
  const read = (path = `/api/v1/users/${owner.id}`) =>
    acme.call('GET', path, undefined, token.value)
  return { owner, token, change, read }
}

const dead = {
  status: 401,
  body: {
    errorCode: 'E0000011',
    errorSummary: 'Invalid token provided',
    errorLink: 'E0000011',
    errorId: expect.stringMatching(/^oae/),
    errorCauses: [],
  },
}
const refused = { status: 403, body: { errorCode: 'E0000006' } }

describe('an API token', () => {
  test('has 42 characters, of which the first are 00, and acts with the role of its owner', async () => {
    const { token, owner, read } = makeToken('READ_ONLY_ADMIN')
    expect(token.value).toMatch(/^00[\w-]{40}$/)
    expect((await read()).status).toBe(200)
    expect((await read('/api/v1/users/me')).body.id).toBe(owner.id)
  })

  test('that nobody knows is E0000011, without a challenge', async () => {
    const answer = await acme.call('GET', '/api/v1/users', undefined, `00${'x'.repeat(40)}`)
    expect(answer).toMatchObject(dead)
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('that was revoked is E0000011', async () => {
    const { change, read } = makeToken('READ_ONLY_ADMIN')
    change({ revoked: true })
    expect(await read()).toMatchObject(dead)
  })

  test('ends 30 days after its last use, and each use puts that off', async () => {
    const { read } = makeToken('READ_ONLY_ADMIN')
    acme.clock.advance(29 * DAY_MS)
    expect((await read()).status).toBe(200)
    acme.clock.advance(29 * DAY_MS)
    expect((await read()).status).toBe(200)
    acme.clock.advance(30 * DAY_MS)
    expect(await read()).toMatchObject(dead)
  })

  test('ends with the deactivation of its owner, and does not come back with the owner', async () => {
    const { org } = acme.running
    const superToken = org.addApiToken([...org.users][0]?.id ?? '', 'fresh').value
    const admin = (path: string) => acme.call('POST', path, undefined, superToken)
    const { owner, read } = makeToken('READ_ONLY_ADMIN')
    expect((await read()).status).toBe(200)
    const path = `/api/v1/users/${owner.id}/lifecycle`
    expect((await admin(`${path}/deactivate`)).status).toBe(200)
    expect(await read()).toMatchObject(dead)
    expect((await admin(`${path}/activate?sendEmail=false`)).status).toBe(200)
    const back = org.users.get(owner.id)
    if (back !== undefined) org.putUser({ ...back, status: 'ACTIVE' })
    expect(await read()).toMatchObject(dead)
  })

  test('of an owner without a role has empty lists and E0000006 for all else, as a service app has', async () => {
    const { read } = makeToken()
    expect(await read('/api/v1/users')).toMatchObject({ status: 200, body: [] })
    expect(await read('/api/v1/apps')).toMatchObject({ status: 200, body: [] })
    const { org } = acme.running
    expect(await read(`/api/v1/groups/${org.everyoneId}`)).toMatchObject(refused)
  })

  test('outside its network zone is E0000006', async () => {
    const { change, read } = makeToken('SUPER_ADMIN')
    change({ networkAllowed: false })
    expect(await read()).toMatchObject(refused)
  })
})
