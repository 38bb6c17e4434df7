import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import {
  type AdminOrg,
  addGroup,
  addUser,
  bookmark,
  create,
  openOrg,
  serviceApp,
  tokenOf,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
let clientId: string
let roles: string

beforeAll(async () => {
  acme = await openOrg()
})

beforeEach(async () => {
  clientId = await create(acme, serviceApp([testKey('key-1', 'ES256').publicJwk]))
  roles = `/oauth2/v1/clients/${clientId}/roles`
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

describe('the roles of a client', () => {
  test.each([
    ['HELP_DESK_ADMIN', 'JBCUYUC7IRCVGS27IFCE2SKO', 'Help Desk Administrator'],
    [
      'GROUP_MEMBERSHIP_ADMIN',
      'I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA',
      'Group Membership Administrator',
    ],
    ['APP_ADMIN', 'IFIFAX2BIRGUSTQ', 'Application Administrator'],
    ['USER_ADMIN', 'KVJUKUS7IFCE2SKO', 'Group Administrator'],
  ])('%s has the id %s', async (type, id, label) => {
    const { status, body } = await acme.call('POST', roles, { type })
    expect(status).toBe(201)
    expect(body).toMatchObject({ id, label, type, status: 'ACTIVE', assignmentType: 'CLIENT' })
    expect(body._links.assignee.href).toBe(`${acme.running.url}/oauth2/v1/clients/${clientId}`)
  })

  test('SUPER_ADMIN has an id of its own', async () => {
    expect((await acme.call('POST', roles, { type: 'SUPER_ADMIN' })).body.id).toMatch(/^ra1/)
  })

  test('are given, listed, read and taken', async () => {
    const seq = acme.running.org.ledger.size
    const one = await acme.call('POST', roles, { type: 'READ_ONLY_ADMIN' })
    const two = await acme.call('POST', roles, { type: 'APP_ADMIN' })
    expect((await acme.call('GET', roles)).body).toEqual([one.body, two.body])
    expect((await acme.call('GET', `${roles}/${one.body.id}`)).body).toEqual(one.body)
    expect((await acme.call('DELETE', `${roles}/${one.body.id}`)).status).toBe(204)
    expect((await acme.call('DELETE', `${roles}/${two.body.id}`)).status).toBe(204)
    expect((await acme.call('DELETE', `${roles}/${two.body.id}`)).status).toBe(404)
    expect(traceFrom(acme, seq)).toEqual([
      ...['created role', 'app.oauth2.client.privilege.grant'],
      ...['created role', 'app.oauth2.client.privilege.grant'],
      ...['deleted role', 'app.oauth2.client.privilege.grant'],
      ...['deleted role', 'app.oauth2.client.privilege.revoke'],
    ])
  })

  test('a second time is 409, with the code that is assumed', async () => {
    await acme.call('POST', roles, { type: 'APP_ADMIN' })
    const again = await acme.call('POST', roles, { type: 'APP_ADMIN' })
    expect([again.status, again.body.errorCode]).toEqual([409, 'E0000090'])
  })

  test.each([[{ type: 'KING' }], [{}], [{ type: 'toString' }]])('%j is refused', async (body) => {
    expect((await acme.call('POST', roles, body)).body.errorCode).toBe('E0000001')
  })

  test('only service apps have any', async () => {
    const web = {
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://example.com/callback'],
    }
    const id = await create(acme, serviceApp([testKey('key-1', 'ES256').publicJwk], web))
    const answer = await acme.call('POST', `/oauth2/v1/clients/${id}/roles`, { type: 'APP_ADMIN' })
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000227'])
    expect((await acme.call('GET', '/oauth2/v1/clients/nobody/roles')).status).toBe(404)
  })

  test('are read and given by Super Admins alone', async () => {
    for (const role of ['ORG_ADMIN', 'APP_ADMIN', 'READ_ONLY_ADMIN'] as const) {
      const token = tokenOf(acme, role)
      const read = await acme.call('GET', roles, undefined, token)
      expect([read.status, read.body.errorCode]).toEqual([403, 'E0000006'])
      expect((await acme.call('POST', roles, { type: 'APP_ADMIN' }, token)).status).toBe(403)
    }
  })
})

describe('the targets of a role', () => {
  test('groups narrow a group role; the last one stays', async () => {
    const [first, second] = [addGroup(acme), addGroup(acme)]
    const { body } = await acme.call('POST', roles, { type: 'USER_ADMIN' })
    const targets = `${roles}/${body.id}/targets/groups`
    for (const id of [first, second, first]) {
      expect((await acme.call('PUT', `${targets}/${id}`)).status).toBe(204)
    }
    const listed = await acme.call('GET', targets)
    expect(listed.body.map(({ id }: { id: string }) => id).toSorted()).toEqual([first, second])
    expect((await acme.call('DELETE', `${targets}/${first}`)).status).toBe(204)
    expect((await acme.call('DELETE', `${targets}/${second}`)).status).toBe(400)
    expect((await acme.call('DELETE', `${targets}/${first}`)).status).toBe(404)
    expect((await acme.call('PUT', `${targets}/00gnobody`)).status).toBe(404)
  })

  test('apps narrow APP_ADMIN, by kind or one by one', async () => {
    const app = await create(acme, bookmark())
    const { body } = await acme.call('POST', roles, { type: 'APP_ADMIN' })
    const targets = `${roles}/${body.id}/targets/catalog/apps`
    expect((await acme.call('PUT', `${targets}/bookmark/${app}`)).status).toBe(204)
    expect((await acme.call('PUT', `${targets}/oidc_client`)).status).toBe(204)
    expect((await acme.call('PUT', `${targets}/nothing`)).status).toBe(404)
    expect((await acme.call('PUT', `${targets}/oidc_client/${app}`)).status).toBe(404)
    expect((await acme.call('GET', targets)).body).toMatchObject([
      { name: 'bookmark', id: app },
      { name: 'oidc_client' },
    ])
    const [role] = acme.running.org.apps.get(clientId)?.oauth?.roles ?? []
    expect(role?.appTargets).toEqual([`bookmark/${app}`, 'oidc_client'])
  })

  test('a role of another kind takes none', async () => {
    const { body } = await acme.call('POST', roles, { type: 'APP_ADMIN' })
    const answer = await acme.call('PUT', `${roles}/${body.id}/targets/groups/${addGroup(acme)}`)
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000091'])
  })
})

describe('the roles of a user', () => {
  test('are given, listed with those of groups, and taken', async () => {
    const user = addUser(acme)
    const group = addGroup(acme, [user])
    const path = `/api/v1/users/${user.id}/roles`
    const own = await acme.call('POST', path, { type: 'HELP_DESK_ADMIN' })
    expect([own.status, own.body.assignmentType]).toEqual([201, 'USER'])
    await acme.call('POST', `/api/v1/groups/${group}/roles`, { type: 'READ_ONLY_ADMIN' })
    const { body } = await acme.call('GET', path)
    expect(body.map(({ assignmentType }: { assignmentType: string }) => assignmentType)).toEqual([
      'USER',
      'GROUP',
    ])
    const again = await acme.call('POST', path, { type: 'HELP_DESK_ADMIN' })
    expect([again.status, again.body.errorCode]).toEqual([409, 'E0000090'])
    expect((await acme.call('DELETE', `${path}/${own.body.id}`)).status).toBe(204)
  })

  test('a token has the role of its owner at once, and the role of the groups its owner is in', async () => {
    const user = addUser(acme)
    const token = acme.running.org.addApiToken(user.id, 'test').value
    const app = await create(acme, bookmark())
    const read = () => acme.call('GET', `/api/v1/apps/${app}`, undefined, token)
    expect((await read()).status).toBe(403)
    const path = `/api/v1/users/${user.id}/roles`
    const { body } = await acme.call('POST', path, { type: 'READ_ONLY_ADMIN' })
    expect((await read()).status).toBe(200)
    await acme.call('DELETE', `${path}/${body.id}`)
    expect((await read()).status).toBe(403)
    const group = addGroup(acme, [user])
    await acme.call('POST', `/api/v1/groups/${group}/roles`, { type: 'READ_ONLY_ADMIN' })
    expect((await read()).status).toBe(200)
  })
})
