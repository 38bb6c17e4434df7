import { request as httpRequest } from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Emulator, type StartOptions, startOrg, startOrgs } from '../src/index.ts'
import { accessTokenOf, createClient } from './faults/client.ts'

async function start(options: StartOptions = {}) {
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited', ...options })
  onTestFinished(() => running.close())
  return running
}

/** A GET with a Host of its own; gives the status and the Link lines. */
function get(url: string, token: string, host?: string) {
  return new Promise<{ status: number | undefined; links: string }>((resolve, reject) => {
    const headers = { authorization: `SSWS ${token}`, ...(host === undefined ? {} : { host }) }
    const sent = httpRequest(url, { headers, agent: false }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        resolve({ status: answer.statusCode, links: String(answer.headers['link'] ?? '') }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('an org', () => {
  test('has a first Super Admin, whose API token works, and nobody else', async () => {
    const { url, adminToken, org } = await start()
    expect(org.users.size).toBe(1)
    const answer = await fetch(`${url}/api/v1/users`, {
      headers: { authorization: `SSWS ${adminToken}` },
    })
    expect([answer.status, ((await answer.json()) as unknown[]).length]).toEqual([200, 1])
  })

  test('has a service app that works at once, with the scopes for reading', async () => {
    const running = await start({ users: 5, keyType: 'RSA' })
    expect(running.app).toMatchObject({
      scopes: ['okta.users.read', 'okta.groups.read', 'okta.apps.read', 'okta.logs.read'],
      role: 'READ_ONLY_ADMIN',
      key: { kty: 'RSA', alg: 'RS256', kid: expect.stringMatching(/^[\w-]{36}$/) },
    })
    const client = createClient(running, () => Date.now())
    const token = await client.requestToken()
    expect(token.body).toMatchObject({ token_type: 'Bearer', scope: running.app.scopes.join(' ') })
    expect((await client.call('/api/v1/users', accessTokenOf(token))).told).toBe('200 ok')
  })

  test('gives its service app other scopes, no role, or DPoP, as asked', async () => {
    const running = await start({
      scopes: ['okta.groups.manage'],
      role: 'none',
      dpopRequired: true,
    })
    const { oauth } = running.org.apps.get(running.app.clientId) ?? {}
    expect(oauth).toMatchObject({ dpopRequired: true, roles: [] })
    expect(oauth?.grants.map(({ scopeId }) => scopeId)).toEqual(['okta.groups.manage'])
  })

  test('has faults in force from the start, and refuses those that there are none of', async () => {
    const running = await start({ faults: ['admin-role-missing', 'clock-skew=5'] })
    expect(running.faults.list().map(({ name }) => name)).toEqual([
      'admin-role-missing',
      'clock-skew',
    ])
    await expect(startOrg({ faults: ['nothing'] })).rejects.toMatchObject({ code: 'fault_unknown' })
    await expect(startOrg({ assumptions: { nothing: 1 } as never })).rejects.toMatchObject({
      code: 'assumption_unknown',
    })
  })

  test('is the same for the same seed, but for what nobody may guess', async () => {
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map((seed) => start({ seed, users: 30 })),
    )
    const logins = (running = one) =>
      [...(running?.org.users ?? [])].map(({ profile }) => profile['login'])
    expect(logins(same)).toEqual(logins(one))
    expect(logins(other)).not.toEqual(logins(one))
    expect(same?.app.clientId).toBe(one?.app.clientId)
    expect(same?.adminToken).not.toBe(one?.adminToken)
  })

  test('has traffic where it was asked for', async () => {
    const { url, adminToken, control } = await start({ users: 10, traffic: { perSecond: 10 } })
    await fetch(`${control}/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"advanceSeconds":60}',
    })
    const headers = { authorization: `SSWS ${adminToken}` }
    const events = (await (
      await fetch(`${url}/api/v1/logs?limit=1000`, { headers })
    ).json()) as unknown[]
    expect(events.length).toBeGreaterThan(500)
  })

  test('listens on 127.0.0.1 and nowhere else', async () => {
    const { url, control } = await start()
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')
    for (const origin of [url, control]) {
      const { port, hostname } = new URL(origin)
      expect(hostname).toBe('127.0.0.1')
      if (outside === undefined) continue
      const reached = await new Promise((resolve) => {
        const socket = connect(Number(port), outside.address)
        socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      })
      expect(reached).toBe(false)
    }
  })

  test('leaves no port open when it cannot have the other one', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const controlPort = (taken.address() as { port: number }).port
    await expect(startOrg({ controlPort })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test.each([
    [{ users: Number.NaN }, 'org_invalid'],
    [{ users: -1 }, 'org_invalid'],
    [{ users: 1.5 }, 'org_invalid'],
    [{ users: 1e9 }, 'org_invalid'],
    [{ groups: 1e9 }, 'org_invalid'],
    [{ apps: -1 }, 'org_invalid'],
    [{ seed: Number.NaN }, 'org_invalid'],
    [{ traffic: { perSecond: 1e12 } }, 'org_invalid'],
    [{ name: 'A B' }, 'org_invalid'],
    [{ path: '/a/../b' }, 'org_invalid'],
    [{ host: '127.0.0.1' }, 'org_invalid'],
    [{ edition: 'free' }, 'edition_unknown'],
    [{ role: 'KING' }, 'role_unknown'],
    [{ scopes: ['okta.users.raed'] }, 'scope_unknown'],
  ])('is refused for %j with %s', async (options, code) => {
    await expect(startOrg(options as StartOptions)).rejects.toMatchObject({
      name: 'SetupError',
      code,
      remedy: expect.stringMatching(/\.$/),
    })
  })

  test('cannot have a port that another one has', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    await expect(startOrg({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('is closed as often as one likes, also while it answers', async () => {
    const running = await start({ users: 20, faults: ['slow-body=waitMs:60000'] })
    const asked = fetch(`${running.url}/api/v1/users`, {
      headers: { authorization: `SSWS ${running.adminToken}` },
    }).then((answer) => answer.text())
    const failed = expect(asked).rejects.toThrow()
    await fetch(running.control)
    await Promise.all([running.close(), running.close()])
    await failed
    await running.close()
    expect(running.unexpected).toEqual([])
  })

  test.each([
    ['1970-01-01T00:00:00.000Z'],
    ['2038-01-19T03:14:08.000Z'],
    ['2100-06-01T00:00:00.000Z'],
  ])('works at %s, and when the clock goes back by days', async (now) => {
    let nowMs = Date.parse(now)
    const clock = { now: () => new Date(nowMs) }
    const running = await start({ clock, users: 30, traffic: { perSecond: 1 } })
    const statuses = async () => {
      const paths = ['/api/v1/users', '/api/v1/groups?expand=stats', '/api/v1/apps', '/api/v1/logs']
      const answers = paths.map((path) => get(`${running.url}${path}`, running.adminToken))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    for (const byMs of [0, 600_000, -5 * 86_400_000, 86_400_000]) {
      nowMs += byMs
      expect(await statuses()).toEqual([200, 200, 200, 200])
    }
    expect(running.unexpected).toEqual([])
  })

  test('answers nobody when it is closed', async () => {
    const running = await startOrg({ keyType: 'EC' })
    await running.close()
    await expect(fetch(running.url)).rejects.toThrow()
    await expect(fetch(running.control)).rejects.toThrow()
  })
})

describe('many orgs on one port', () => {
  const startMany = async (): Promise<Emulator> => {
    const emulator = await startOrgs({
      orgs: [
        { name: 'acme', host: 'acme.localhost', keyType: 'EC' },
        { name: 'globex', host: 'globex.okta.test', keyType: 'EC' },
        { name: 'initech', path: '/orgs/initech', keyType: 'EC' },
      ],
    })
    onTestFinished(() => emulator.close())
    return emulator
  }

  test('are told apart by Host', async () => {
    const emulator = await startMany()
    const { port } = new URL(emulator.url)
    const acme = emulator.orgs.get('acme')
    expect(acme?.url).toBe(`http://acme.localhost:${port}`)
    const path = `${emulator.url}/api/v1/users`
    const found = await get(path, String(acme?.adminToken), `acme.localhost:${port}`)
    expect(found).toEqual({
      status: 200,
      links: `<http://acme.localhost:${port}/api/v1/users?limit=200>; rel="self"`,
    })
    // The token of one org is nothing to another.
    expect((await get(path, String(acme?.adminToken), 'globex.okta.test')).status).toBe(401)
    const globex = emulator.orgs.get('globex')
    expect((await get(path, String(globex?.adminToken), 'GLOBEX.okta.test')).status).toBe(200)
  })

  test('are told apart by path, which their links and tokens have too', async () => {
    const emulator = await startMany()
    const initech = emulator.orgs.get('initech')
    if (initech === undefined) throw new Error('initech is not there')
    expect(initech.url).toBe(`${emulator.url}/orgs/initech`)
    const { links } = await get(`${initech.url}/api/v1/users`, initech.adminToken)
    expect(links).toBe(`<${initech.url}/api/v1/users?limit=200>; rel="self"`)
    const client = createClient(initech, () => Date.now())
    const token = accessTokenOf(await client.requestToken())
    expect((await client.call('/api/v1/users', token)).told).toBe('200 ok')
    expect((await get(`${initech.url}else/api/v1/users`, initech.adminToken)).status).toBe(404)
  })

  test('leave a host that is no org without an answer but 404', async () => {
    const emulator = await startMany()
    expect((await get(`${emulator.url}/api/v1/users`, 'x', 'nobody.localhost')).status).toBe(404)
  })

  test('answer to a custom domain too while the fault custom-domain is on', async () => {
    const emulator = await startMany()
    const acme = emulator.orgs.get('acme')
    const ask = () =>
      get(`${emulator.url}/api/v1/users`, String(acme?.adminToken), 'login.acme.test')
    expect((await ask()).status).toBe(404)
    acme?.faults.on('custom-domain=login.acme.test')
    expect(await ask()).toEqual({
      status: 200,
      links: '<http://login.acme.test/api/v1/users?limit=200>; rel="self"',
    })
    acme?.faults.off('custom-domain')
    expect((await ask()).status).toBe(404)
  })

  test('have their own faults, users and tokens', async () => {
    const emulator = await startMany()
    emulator.orgs.get('acme')?.faults.on('server-error')
    const globex = emulator.orgs.get('globex')
    const found = await get(
      `${emulator.url}/api/v1/users`,
      String(globex?.adminToken),
      'globex.okta.test',
    )
    expect(found.status).toBe(200)
  })

  test.each([
    [{ name: 'one' }, { name: 'one', path: '/b' }],
    [{ name: 'one' }, { name: 'two' }],
    [
      { name: 'one', host: 'a' },
      { name: 'two', host: 'a' },
    ],
    [
      { name: 'one', path: '/a' },
      { name: 'two', path: '/a' },
    ],
  ])('cannot share a name or a place: %j %j', async (one, two) => {
    const orgs = [one, two].map((org) => ({ keyType: 'EC' as const, ...org }))
    await expect(startOrgs({ orgs })).rejects.toMatchObject({ code: 'org_exists' })
  })

  test.each([
    { name: 'A' },
    { name: '../x' },
    { name: 'x', host: 'a b' },
    { name: 'x', path: 'a' },
    { name: 'x', path: '/a/' },
    { name: 'x', host: 'a', path: '/a' },
  ])('need a name, host and path that can be: %j', async (org) => {
    await expect(startOrgs({ orgs: [org] })).rejects.toMatchObject({ code: 'org_invalid' })
  })

  test('end one by one, and a second end of one ends no other', async () => {
    const emulator = await startMany()
    const options = { name: 'hooli', path: '/hooli', keyType: 'EC' } as const
    const one = await emulator.add(options)
    await one.close()
    const again = await emulator.add(options)
    await one.close()
    expect([...emulator.orgs.keys()]).toEqual(['acme', 'globex', 'initech', 'hooli'])
    expect((await get(`${again.url}/api/v1/users`, again.adminToken)).status).toBe(200)
  })

  test('get a name and a place once, also when two are asked for at the same time', async () => {
    const emulator = await startMany()
    const options = { name: 'hooli', path: '/hooli', keyType: 'EC' } as const
    const asked = [options, { ...options, name: 'raviga' }, { ...options, path: '/other' }]
    const added = await Promise.allSettled(asked.map((each) => emulator.add(each)))
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    await expect(emulator.add({ ...options, faults: ['nothing'] })).rejects.toThrow()
  })

  test('leave a name free that was refused for another reason', async () => {
    const emulator = await startMany()
    const options = { name: 'hooli', path: '/hooli', keyType: 'EC' } as const
    const refused = emulator.add({ ...options, faults: ['nothing'] })
    await expect(refused).rejects.toMatchObject({ code: 'fault_unknown' })
    expect((await emulator.add(options)).org.name).toBe('hooli')
  })
})
