import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

beforeAll(async () => {
  acme = await openOrg()
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const iam = '/api/v1/iam'

async function makeRole(label: string, ...permissions: readonly string[]): Promise<string> {
  return (await acme.call('POST', `${iam}/roles`, { label, description: 'x', permissions })).body.id
}

async function makeSet(label: string, ...resources: readonly string[]): Promise<string> {
  return (await acme.call('POST', `${iam}/resource-sets`, { label, resources })).body.id
}

describe('a custom role', () => {
  test('is made with permissions, which come and go', async () => {
    const seq = acme.running.org.ledger.size
    const body = { label: 'Readers', description: 'd', permissions: ['okta.apps.read'] }
    const made = await acme.call('POST', `${iam}/roles`, body)
    expect(made.status).toBe(200)
    expect(made.headers.get('link')).toBe(
      `<${acme.running.url}${iam}/roles/${made.body.id}>; rel="self"`,
    )
    const path = `${iam}/roles/${made.body.id}`
    expect((await acme.call('GET', `${iam}/roles`)).body).toEqual({ roles: [made.body] })
    expect((await acme.call('POST', `${path}/permissions/okta.users.read`)).status).toBe(204)
    const { permissions } = (await acme.call('GET', `${path}/permissions`)).body
    expect(permissions.map(({ label }: { label: string }) => label)).toEqual([
      'okta.users.read',
      'okta.apps.read',
    ])
    expect((await acme.call('DELETE', `${path}/permissions/okta.users.read`)).status).toBe(204)
    expect((await acme.call('PUT', path, { label: 'Renamed' })).body.label).toBe('Renamed')
    expect((await acme.call('DELETE', path)).status).toBe(204)
    expect((await acme.call('GET', path)).body.errorSummary).toBe(
      `Not found: Resource not found: ${made.body.id} (CustomRole)`,
    )
    expect(traceFrom(acme, seq).filter((line) => line.startsWith('iam'))).toEqual([
      ...['iam.role.create', 'iam.role.permissions.add', 'iam.role.permissions.delete'],
      ...['iam.role.update', 'iam.role.delete'],
    ])
  })

  test.each([
    { label: 'A', permissions: ['okta.users.fly'] },
    { label: 'B', permissions: [] },
    { label: '', permissions: ['okta.users.read'] },
    { permissions: ['okta.users.read'] },
  ])('%j is refused', async (body) => {
    expect((await acme.call('POST', `${iam}/roles`, body)).body.errorCode).toBe('E0000001')
  })
})

describe('a resource set', () => {
  test('names its resources as ORNs, given as URLs or as ORNs', async () => {
    const { org, url } = acme.running
    const app = await create(acme, bookmark())
    const group = addGroup(acme)
    const id = await makeSet(
      'Everything',
      `${url}/api/v1/users`,
      `${url}/api/v1/groups/${group}/users`,
      `${url}/api/v1/apps/${app}`,
      `orn:okta:directory:${org.id}:groups`,
      `orn:okta:idp:${org.id}:apps:bookmark`,
    )
    const { body } = await acme.call('GET', `${iam}/resource-sets/${id}/resources`)
    expect(body.resources.map(({ orn }: { orn: string }) => orn)).toEqual([
      `orn:okta:directory:${org.id}:users`,
      `orn:okta:directory:${org.id}:groups:${group}:contained_resources`,
      `orn:okta:idp:${org.id}:apps:bookmark:${app}`,
      `orn:okta:directory:${org.id}:groups`,
      `orn:okta:idp:${org.id}:apps:bookmark`,
    ])
    expect(body.resources[2]._links.self.href).toBe(`${url}/api/v1/apps/${app}`)
  })

  test.each([
    'nonsense',
    'https://x.example/api/v1/apps/0oaaaaaaaaaaaaaaaaaa',
    'orn:okta:idp:other:apps',
    'https://x.example/api/v1/secrets',
  ])('the resource %j is refused', async (resource) => {
    const body = { label: 'Bad', resources: [resource] }
    expect((await acme.call('POST', `${iam}/resource-sets`, body)).body.errorCode).toBe('E0000001')
  })
})

describe('a binding', () => {
  test('gives its members the role over the set, until it goes', async () => {
    const { org, url } = acme.running
    const [mine, other] = [await create(acme, bookmark()), await create(acme, bookmark())]
    const role = await makeRole('App readers', 'okta.apps.read')
    const set = await makeSet('One app', `${url}/api/v1/apps/${mine}`)
    const user = addUser(acme)
    const token = org.addApiToken(user.id, 'test').value
    const see = async () => [
      (await acme.call('GET', `/api/v1/apps/${mine}`, undefined, token)).status,
      (await acme.call('GET', `/api/v1/apps/${other}`, undefined, token)).status,
      (await acme.call('GET', '/api/v1/apps', undefined, token)).body.length,
    ]
    expect(await see()).toEqual([403, 403, 0])
    const bindings = `${iam}/resource-sets/${set}/bindings`
    const members = [`${url}/api/v1/users/${user.id}`]
    const made = await acme.call('POST', bindings, { role, members })
    expect(made.body).toEqual({
      id: role,
      _links: {
        self: { href: `${url}${bindings}/${role}` },
        bindings: { href: `${url}${bindings}` },
        'resource-set': { href: `${url}${iam}/resource-sets/${set}` },
      },
    })
    expect(await see()).toEqual([200, 403, 1])
    await acme.call('PATCH', `${iam}/resource-sets/${set}/resources`, {
      additions: [`${url}/api/v1/apps`],
    })
    expect((await see())[1]).toBe(200)
    const listed = await acme.call('GET', `${bindings}/${role}/members`)
    expect(listed.body.members).toHaveLength(1)
    expect((await acme.call('GET', bindings)).body.roles).toMatchObject([{ id: role }])
    await acme.call('DELETE', `${bindings}/${role}/members/${listed.body.members[0].id}`)
    expect(await see()).toEqual([403, 403, 0])
    expect((await acme.call('GET', `${bindings}/${role}`)).status).toBe(404)
  })

  test('reaches the members of a group through their users, not through the group itself', async () => {
    const { org, url } = acme.running
    const member = addUser(acme)
    const group = addGroup(acme, [member])
    const role = await makeRole('User readers', 'okta.users.read')
    const set = await makeSet('A group', `${url}/api/v1/groups/${group}`)
    const reader = addUser(acme)
    const token = org.addApiToken(reader.id, 'test').value
    const body = { role, members: [`${url}/api/v1/users/${reader.id}`] }
    await acme.call('POST', `${iam}/resource-sets/${set}/bindings`, body)
    const read = () => acme.call('GET', `/api/v1/users/${member.id}`, undefined, token)
    expect((await read()).status).not.toBe(200)
    await acme.call('PATCH', `${iam}/resource-sets/${set}/resources`, {
      additions: [`${url}/api/v1/groups/${group}/users`],
    })
    expect((await read()).status).toBe(200)
  })

  test('gives nothing over resources of another kind', async () => {
    const { org, url } = acme.running
    const role = await makeRole('App readers of users', 'okta.apps.read')
    const set = await makeSet('Only users', `${url}/api/v1/users`)
    const reader = addUser(acme)
    const token = org.addApiToken(reader.id, 'test').value
    const body = { role, members: [`${url}/api/v1/users/${reader.id}`] }
    await acme.call('POST', `${iam}/resource-sets/${set}/bindings`, body)
    const app = await create(acme, bookmark())
    expect((await acme.call('GET', `/api/v1/apps/${app}`, undefined, token)).status).toBe(403)
  })

  test('takes clients and groups too, and is listed among the roles of each', async () => {
    const { url } = acme.running
    const clientId = await create(acme, serviceApp([testKey('key-1', 'ES256').publicJwk]))
    const group = addGroup(acme)
    const role = await makeRole('Bound', 'okta.users.read')
    const set = await makeSet('All users', `${url}/api/v1/users`)
    const bindings = `${iam}/resource-sets/${set}/bindings`
    const members = [`${url}/oauth2/v1/clients/${clientId}`, `${url}/api/v1/groups/${group}`]
    await acme.call('POST', bindings, { role, members })
    const { body } = await acme.call('GET', `/oauth2/v1/clients/${clientId}/roles`)
    expect(body).toMatchObject([{ type: 'CUSTOM', role, 'resource-set': set, label: 'Bound' }])
    expect((await acme.call('GET', `/api/v1/groups/${group}/roles`)).body).toHaveLength(1)
    expect((await acme.call('DELETE', `${iam}/resource-sets/${set}`)).status).toBe(204)
    expect((await acme.call('GET', `/oauth2/v1/clients/${clientId}/roles`)).body).toEqual([])
  })

  test('is made as a CUSTOM role as well, and refused for a role or set that is not there', async () => {
    const { url } = acme.running
    const role = await makeRole('Direct', 'okta.groups.read')
    const set = await makeSet('All groups', `${url}/api/v1/groups`)
    const user = addUser(acme)
    const path = `/api/v1/users/${user.id}/roles`
    const made = await acme.call('POST', path, { type: 'CUSTOM', role, 'resource-set': set })
    expect(made.body.id).toMatch(/^irb/)
    const wrong = await acme.call('POST', path, { type: 'CUSTOM', role, 'resource-set': 'iamx' })
    expect(wrong.body.errorSummary).toContain('iamx (IAMPolicy)')
    const members = ['https://example.com/api/v1/users/00unobody']
    const bad = await acme.call('POST', `${iam}/resource-sets/${set}/bindings`, { role, members })
    expect(bad.status).toBe(400)
  })
})

describe('the administrators', () => {
  test('are listed in an object, a hundred at a time', async () => {
    for (let index = 0; index < 105; index++) tokenOf(acme, 'READ_ONLY_ADMIN')
    const first = await acme.call('GET', `${iam}/assignees/users`)
    expect(first.body.value).toHaveLength(100)
    const next = await acme.call('GET', first.body._links.next.href)
    expect(next.body.value.length).toBeGreaterThan(4)
    expect(next.body._links).toBeUndefined()
    expect(first.body.value[0].orn).toMatch(/^orn:okta:directory:00o\w+:users:00u\w+$/)
  })

  test('take no cursor that is none of their own', async () => {
    const userId = addUser(acme).id
    const lists = ['assignees/users', 'roles', 'resource-sets']
    const answers = await Promise.all(
      lists.map((list) => acme.call('GET', `${iam}/${list}?after=${userId}`)),
    )
    expect(answers.map(({ body }) => body.errorCode)).toEqual([undefined, 'E0000029', 'E0000029'])
  })

  test('are hidden from everybody but Super Admins and who may read roles', async () => {
    for (const path of ['assignees/users', 'roles', 'resource-sets']) {
      const token = tokenOf(acme, 'READ_ONLY_ADMIN')
      expect((await acme.call('GET', `${iam}/${path}`, undefined, token)).status).toBe(403)
    }
  })

  test('of an org with a host name have links to its -admin host', async () => {
    const named = await openOrg({ host: 'acme.localhost' })
    const { port } = new URL(named.running.url)
    named.running.org.customRoles.put({
      id: named.running.org.ids.next('customRole'),
      label: 'Readers',
      description: '',
      createdMs: 0,
      lastUpdatedMs: 0,
      permissions: [],
    })
    const body = await getWithHost(`acme.localhost:${port}`, named.running.adminToken, Number(port))
    await named.running.close()
    expect(JSON.parse(body).roles[0]._links.self.href).toMatch(
      /^http:\/\/acme-admin\.localhost:\d+\/api\/v1\/iam\/roles\/cr0/,
    )
  })
})

// `fetch` does not let anybody choose the Host header.
function getWithHost(host: string, token: string, port: number): Promise<string> {
  const headers = { host, authorization: `SSWS ${token}` }
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `${iam}/roles`, headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve(text))
    }).on('error', reject)
  })
}
