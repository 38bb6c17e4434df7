import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { faults, type RunningOrg, startOrg, startOrgs } from '../../src/index.ts'

let running: RunningOrg
beforeAll(async () => {
  running = await startOrg({ users: 4, keyType: 'EC' })
})
afterAll(() => running.close())

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${new URL(running.control).origin}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** A request whose headers `fetch` would not let through. */
function askRaw(options: {
  method?: string
  path?: string
  headers: Record<string, string>
  body?: string
}) {
  const { port } = new URL(running.control)
  return new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
    const { method = 'GET', path = '/orgs', headers, body } = options
    const sent = httpRequest({ port, host: '127.0.0.1', method, path, headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode, code: JSON.parse(text || '{}').error?.code ?? '' }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('looking', () => {
  test('GET / lists the routes, and each of them exists', async () => {
    const { body } = await ask('GET', '/')
    expect(body.url).toBe(running.url)
    for (const route of body.routes as string[]) {
      const [method = '', path = ''] = route.split(' ')
      // Of an org that is not there, so that nothing changes.
      const target = path.replace('{name}', 'nobody').replace(/\?.*/, '')
      const { status, body: answer } = await ask(method, target)
      const code = answer.error?.code
      const expected = path.includes('{name}') ? 'org_unknown' : method === 'POST' && 'org_exists'
      expect([status < 500, code ?? false], route).toEqual([true, expected])
    }
  })

  test('GET /orgs/{name} gives what it takes to get in', async () => {
    const { body } = await ask('GET', '/orgs/acme')
    expect(body).toMatchObject({
      name: 'acme',
      url: running.url,
      control: running.control,
      adminToken: running.adminToken,
      app: { clientId: running.app.clientId, key: running.app.key, scopes: running.app.scopes },
      faults: [],
    })
  })

  test('GET /faults lists every fault with its parameters', async () => {
    const { body } = await ask('GET', '/faults')
    expect(body.map(({ name }: { name: string }) => name)).toEqual(faults.map(({ name }) => name))
  })

  test('GET /orgs/{name}/ledger pages by sequence number', async () => {
    running.faults.on('clock-skew=1')
    running.faults.off('clock-skew')
    const { body: all } = await ask('GET', '/orgs/acme/ledger')
    expect(all.length).toBeGreaterThan(1)
    const { body: page } = await ask('GET', '/orgs/acme/ledger?from=1&limit=1')
    expect(page).toEqual([all[1]])
    expect((await ask('GET', '/orgs/acme/ledger?from=-1')).body.error.code).toBe('request_invalid')
  })
})

describe('changing', () => {
  test('events happen when they are asked for, and the ledger tells of them alone', async () => {
    const recorded =
      '{"uuid":"r-1","eventType":"a.b","published":"2026-01-01T00:00:00.000Z","x":1.0}'
    const sinceMs = Math.floor(running.org.time.nowMs())
    expect((await ask('POST', '/orgs/acme/events', { count: 2 })).status).toBe(201)
    await ask('POST', '/orgs/acme/events', { recorded })
    await ask('POST', '/orgs/acme/events', { count: 3, lateSeconds: 3600 })
    const { body } = await ask('GET', `/orgs/acme/ledger/events?sinceMs=${sinceMs}`)
    expect(body.every(({ kind }: { kind: string }) => kind === 'event')).toBe(true)
    expect(body).toHaveLength(3)
    expect(body[2]).toMatchObject({ uuid: 'r-1', eventType: 'a.b' })
    for (const wrong of [
      { count: -1 },
      { recorded: '{}' },
      { lateSeconds: 'x' },
      { published: 'x' },
    ]) {
      const { body: refusal } = await ask('POST', '/orgs/acme/events', wrong)
      expect(refusal.error.code).toBe('request_invalid')
    }
  })

  test('faults follow a plan', async () => {
    const planned = [{ request: 1, fault: 'server-error' }]
    const plan = await ask('PUT', '/orgs/acme/fault-plan', { planned, path: '/api/v1/logs' })
    expect(plan).toEqual({ status: 200, body: { planned: 1 } })
    const headers = { authorization: `SSWS ${running.adminToken}` }
    const statuses: number[] = []
    for (let request = 1; request <= 2; request++) {
      statuses.push((await fetch(`${running.url}/api/v1/logs`, { headers })).status)
    }
    expect(statuses).toEqual([500, 200])
    for (const wrong of [{ planned: 1 }, { planned: [{ fault: 'server-error' }] }]) {
      const { body } = await ask('PUT', '/orgs/acme/fault-plan', wrong)
      expect(body.error.code).toBe('request_invalid')
    }
    await ask('PUT', '/orgs/acme/fault-plan', {})
  })

  test('a fault goes on with its parameters and off again', async () => {
    const on = await ask('PUT', '/orgs/acme/faults/clock-skew', { seconds: 100 })
    expect([on.status, on.body.parameters]).toEqual([200, { seconds: 100 }])
    expect(running.org.time.offsetMs).toBe(100_000)
    expect((await ask('GET', '/orgs/acme/faults')).body).toMatchObject([{ name: 'clock-skew' }])
    expect((await ask('DELETE', '/orgs/acme/faults/clock-skew')).status).toBe(204)
    expect(running.org.time.offsetMs).toBe(0)
    const gone = await ask('DELETE', '/orgs/acme/faults/clock-skew')
    expect([gone.status, gone.body.error.code]).toEqual([400, 'fault_unknown'])
  })

  test('all faults go off at once', async () => {
    await ask('PUT', '/orgs/acme/faults/clock-skew')
    await ask('PUT', '/orgs/acme/faults/dpop-required')
    expect((await ask('DELETE', '/orgs/acme/faults')).status).toBe(204)
    expect(running.faults.list()).toEqual([])
  })

  test('assumptions are changed by name, all or none', async () => {
    const { body } = await ask('PATCH', '/orgs/acme/assumptions', { grantStatus: '201' })
    expect(body.grantStatus).toBe('201')
    expect(running.org.assumptions.grantStatus).toBe('201')
    const wrong = await ask('PATCH', '/orgs/acme/assumptions', { grantStatus: '200', indexLagM: 1 })
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'assumption_unknown'])
    expect(wrong.body.error.remedy).toContain('Did you mean indexLagMs')
    expect(running.org.assumptions.grantStatus).toBe('201')
    const invalid = await ask('PATCH', '/orgs/acme/assumptions', { grantStatus: 'maybe' })
    expect(invalid.body.error).toEqual({
      code: 'assumption_invalid',
      observed: 'The assumption grantStatus cannot have that value.',
      remedy: 'Give one of 200, 201.',
    })
  })

  test('limits are those of the whole org, of which a caller gets a share', async () => {
    const { body } = await ask('PATCH', '/orgs/acme/limits', {
      buckets: { '/api/v1/users': 8 },
      share: 0.25,
    })
    expect([body.share, body.perCaller['/api/v1/users']]).toEqual([0.25, 2])
    const headers = { authorization: `SSWS ${running.adminToken}` }
    const answer = await fetch(`${running.url}/api/v1/users`, { headers })
    expect(answer.headers.get('x-rate-limit-limit')).toBe('2')
    await ask('PATCH', '/orgs/acme/limits', { buckets: { '/api/v1/users': null }, share: 0.5 })
    expect((await ask('GET', '/orgs/acme/limits')).body.perCaller['/api/v1/users']).toBe(300)
    const wrong = await ask('PATCH', '/orgs/acme/limits', { buckets: { '/api/v1/user': 8 } })
    expect(wrong.body.error.code).toBe('bucket_unknown')
  })

  test('the clock is set ahead, moved on, and seen in the Date header', async () => {
    await ask('POST', '/orgs/acme/clock', { offsetSeconds: 86_400 })
    const { body } = await ask('POST', '/orgs/acme/clock', { advanceSeconds: 100 })
    expect(body.offsetSeconds).toBe(86_500)
    const { headers } = await fetch(`${running.url}/api/v1/users`)
    expect(Date.parse(String(headers.get('date'))) - Date.now()).toBeGreaterThan(86_400_000)
    await ask('POST', '/orgs/acme/clock', { offsetSeconds: 0 })
    expect((await ask('POST', '/orgs/acme/clock', {})).body.error.code).toBe('request_invalid')
  })

  test('people are added, and events begin and end', async () => {
    const before = running.org.users.size
    const { body } = await ask('POST', '/orgs/acme/populate', { users: 5 })
    expect(body.users).toBe(before + 5)
    expect((await ask('PUT', '/orgs/acme/traffic', { perSecond: 5 })).body).toEqual({
      perSecond: 5,
    })
    expect((await ask('DELETE', '/orgs/acme/traffic')).status).toBe(204)
    expect((await ask('PUT', '/orgs/acme/traffic', { perSecond: -1 })).status).toBe(400)
  })

  test('traffic ends whoever began it', async () => {
    const clock = new TestClock()
    const org = { name: 'busy', path: '/busy', keyType: 'EC' as const, clock }
    const emulator = await startOrgs({ orgs: [{ ...org, traffic: { perSecond: 10 } }] })
    onTestFinished(() => emulator.close())
    const busy = emulator.orgs.get('busy')
    const eventsOf = (seconds: number) => {
      clock.advance(seconds * 1_000)
      return busy?.org.log.size ?? 0
    }
    expect(eventsOf(10)).toBeGreaterThan(50)
    const traffic = `${busy?.control}/traffic`
    const headers = { 'content-type': 'application/json' }
    await fetch(traffic, { method: 'PUT', headers, body: '{"perSecond":1}' })
    const before = eventsOf(0)
    expect(eventsOf(10) - before).toBeLessThan(20)
    expect((await fetch(traffic, { method: 'DELETE' })).status).toBe(204)
    const ended = eventsOf(0)
    expect(eventsOf(100)).toBe(ended)
  })

  test('a key set is that of the client which is named', async () => {
    const { org, app } = running
    const ready = org.apps.get(app.clientId)
    if (ready?.oauth === undefined) throw new Error('no app')
    const [key] = ready.oauth.keys
    if (key === undefined) throw new Error('no key')
    const other = { ...key, jwk: { ...key.jwk, kid: 'other' } }
    const oauth = { ...ready.oauth, clientId: '0oaOther' }
    org.apps.put({ ...ready, id: '0oaOther', oauth: { ...oauth, keys: [other] } })
    const kidsOf = async (path: string) => {
      const { body } = await ask('GET', `/orgs/acme/key-sets/${path}`)
      return body.keys.map(({ kid, d }: Record<string, string>) => [kid, d])
    }
    expect(await kidsOf('published')).toEqual([[app.key.kid, undefined]])
    expect(await kidsOf(`published?client=${app.clientId}`)).toEqual([[app.key.kid, undefined]])
    expect(await kidsOf('published?client=0oaOther')).toEqual([['other', undefined]])
    org.apps.put({ ...ready, id: '0oaOther', oauth: { ...oauth, keys: [] } })
    const kids = await kidsOf('duplicate-kids?client=0oaOther')
    expect(new Set(kids.map(String)).size).toBe(1)
    org.apps.remove('0oaOther')
  })

  test('another org starts on the same port, and ends', async () => {
    const org = {
      name: 'other',
      path: '/orgs/other',
      users: 2,
      faults: ['dpop-required'],
      keyType: 'EC',
    }
    const { status, body } = await ask('POST', '/orgs', org)
    expect([status, body.url, body.faults]).toEqual([
      201,
      `${running.url}/orgs/other`,
      ['dpop-required'],
    ])
    const headers = { authorization: `SSWS ${body.adminToken}` }
    expect((await fetch(`${body.url}/api/v1/users`, { headers })).status).toBe(200)
    const twin = await ask('POST', '/orgs', org)
    expect([twin.status, twin.body.error.code]).toEqual([409, 'org_exists'])
    expect((await ask('DELETE', '/orgs/other')).status).toBe(204)
    expect((await ask('GET', '/orgs/other')).status).toBe(404)
    expect((await fetch(`${body.url}/api/v1/users`, { headers })).status).toBe(404)
  })
})

describe('refusals', () => {
  test.each([
    ['GET', '/nothing', undefined, 404, 'path_unknown'],
    ['GET', '/orgs/nobody', undefined, 404, 'org_unknown'],
    ['PUT', '/orgs/acme/faults/nothing', {}, 400, 'fault_unknown'],
    ['PUT', '/orgs/acme/faults/clock-skew', { seconds: 'x' }, 400, 'fault_parameter_invalid'],
    ['PUT', '/orgs/acme/faults/clock-skew', [], 400, 'request_invalid'],
    ['POST', '/orgs', { name: 'A B' }, 400, 'org_invalid'],
    ['POST', '/orgs', { name: 'x', edition: 'free' }, 400, 'edition_unknown'],
    ['POST', '/orgs', { name: 'x', role: 'KING' }, 400, 'role_unknown'],
    ['POST', '/orgs', { name: 'x', user: 1 }, 400, 'request_invalid'],
    ['POST', '/orgs', { name: 'x', path: '/x', faults: [1] }, 400, 'request_invalid'],
    ['GET', '/orgs/acme/key-sets/nothing', undefined, 400, 'request_invalid'],
    ['GET', '/orgs/acme/key-sets/empty?client=0oaNobody', undefined, 404, 'client_unknown'],
    ['PATCH', '/orgs/acme/assumptions', { groupsDefaultLimit: 0.5 }, 400, 'assumption_invalid'],
    ['POST', '/orgs', { name: 'x', path: '/x/../y' }, 400, 'org_invalid'],
    ['POST', '/orgs', { name: 'x', host: '127.0.0.1' }, 400, 'org_invalid'],
    ['POST', '/orgs', { name: 'x', path: '/x', scopes: ['users'] }, 400, 'scope_unknown'],
    ['POST', '/orgs', { name: 'x', path: '/x', users: 5_000_000 }, 400, 'org_invalid'],
    ['POST', '/orgs/acme/clock', { offsetSeconds: 1e300 }, 400, 'request_invalid'],
    ['POST', '/orgs/acme/clock', { advanceSeconds: -1e14 }, 400, 'request_invalid'],
    ['POST', '/orgs/acme/clock', { offsetSeconds: 1, advanceSeconds: 1 }, 400, 'request_invalid'],
    ['POST', '/orgs/acme/clock', { offsetSeconds: '1' }, 400, 'request_invalid'],
    ['POST', '/orgs/acme/populate', { users: 1e9 }, 400, 'request_invalid'],
    ['POST', '/orgs/acme/populate', { users: 1_000_000 }, 400, 'org_invalid'],
    ['POST', '/orgs/acme/populate', { seed: 1 }, 400, 'request_invalid'],
    ['PATCH', '/orgs/acme/limits', { shares: 0.1 }, 400, 'request_invalid'],
    ['PATCH', '/orgs/acme/limits', { buckets: 5 }, 400, 'request_invalid'],
    ['PATCH', '/orgs/acme/limits', { buckets: { other: 1e300 } }, 400, 'request_invalid'],
    ['PUT', '/orgs/acme/traffic', { perSecond: 1e9 }, 400, 'request_invalid'],
    ['PUT', '/orgs/acme/faults/redirect', { location: '\ud800' }, 400, 'fault_parameter_invalid'],
  ])(
    '%s %s %j is %i %s, with what was observed and what to do',
    async (method, path, body, status, code) => {
      const answer = await ask(method, path, body)
      expect([answer.status, answer.body.error.code]).toEqual([status, code])
      expect(answer.body.error).toMatchObject({
        observed: expect.stringMatching(/\.$/),
        remedy: expect.stringMatching(/\.$/),
      })
    },
  )

  test('a request whose Host is not loopback is refused', async () => {
    const headers = { host: 'attacker.example' }
    expect(await askRaw({ headers })).toEqual({ status: 403, code: 'host_forbidden' })
    expect((await askRaw({ headers: { host: 'localhost:1' } })).status).toBe(200)
  })

  test('a request from a page of another site is refused', async () => {
    const headers = { origin: 'https://attacker.example' }
    expect(await askRaw({ headers })).toEqual({ status: 403, code: 'origin_forbidden' })
    const { host, origin } = new URL(running.control)
    expect((await askRaw({ headers: { host, origin } })).status).toBe(200)
  })

  test.each([
    ['text/plain', '{"seconds":1}'],
    ['application/x-www-form-urlencoded', 'a=b'],
  ])('a body of %s is what a form of another site can send', async (type, body) => {
    const path = '/orgs/acme/faults/clock-skew'
    const headers = { 'content-type': type }
    const refused = await askRaw({ method: 'PUT', path, headers, body })
    expect(refused).toEqual({ status: 415, code: 'body_not_json' })
    const untyped = await askRaw({ method: 'PUT', path, headers: {}, body })
    expect(untyped).toEqual({ status: 415, code: 'body_not_json' })
    expect(running.faults.list()).toEqual([])
  })

  test('JSON that is none, and a body without end, are refused', async () => {
    const headers = { 'content-type': 'application/json' }
    const refused = await askRaw({ method: 'POST', headers, body: '{' })
    expect(refused).toEqual({ status: 400, code: 'request_invalid' })
    const body = ' '.repeat(1_100_000)
    expect((await askRaw({ method: 'POST', headers, body })).status).toBe(413)
  })

  test('a method that a page cannot even ask for is refused as any other', async () => {
    const { host } = new URL(running.control)
    const refused = await askRaw({ method: 'TRACE', headers: { host } })
    expect(refused).toEqual({ status: 404, code: 'path_unknown' })
  })

  test('a value that is too deep to be shown is refused as any other', async () => {
    const headers = { 'content-type': 'application/json' }
    const path = '/orgs/acme/faults/clock-skew'
    const body = `{"seconds":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const refused = await askRaw({ method: 'PUT', path, headers, body })
    expect(refused).toEqual({ status: 400, code: 'fault_parameter_invalid' })
  })

  test('a name of a megabyte is compared with none', async () => {
    const before = performance.now()
    const { body } = await ask('POST', '/orgs', {
      path: '/x',
      name: 'x',
      faults: ['x'.repeat(1e6)],
    })
    expect(body.error.code).toBe('fault_unknown')
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  test('leave the clock as it was', async () => {
    await ask('POST', '/orgs/acme/clock', { offsetSeconds: 1e300 })
    expect(running.org.time.offsetMs).toBe(0)
  })
})

describe('requests at the same time', () => {
  test('for one name give one org', async () => {
    const asked = [1, 2, 3].map(() => ask('POST', '/orgs', { name: 'twin', path: '/twin' }))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 409, 409])
    const ended = [1, 2].map(() => ask('DELETE', '/orgs/twin'))
    expect((await Promise.all(ended)).map(({ status }) => status).toSorted()).toEqual([204, 404])
    expect((await fetch(`${running.url}/api/v1/users`)).status).toBe(403)
  })

  test('for one fault leave it on once, and off it goes without a trace', async () => {
    const seconds = [1, 2, 3, 4]
    await Promise.all(
      seconds.map((by) => ask('PUT', '/orgs/acme/faults/clock-skew', { seconds: by })),
    )
    expect((await ask('GET', '/orgs/acme/faults')).body.length).toBe(1)
    await ask('DELETE', '/orgs/acme/faults/clock-skew')
    expect(running.org.time.offsetMs).toBe(0)
  })
})

test('PUT of a fault answers with what GET shows of it, and nothing else', async () => {
  const { body } = await ask('PUT', '/orgs/acme/faults/redirect', {
    location: 'https://例え.example/',
  })
  expect((await ask('GET', '/orgs/acme/faults')).body).toEqual([body])
  expect(Object.keys(body)).toEqual(['name', 'summary', 'answers', 'parameters'])
  const answer = await fetch(`${running.url}/api/v1/users`, { redirect: 'manual' })
  expect(answer.headers.get('location')).toBe('https://%E4%BE%8B%E3%81%88.example/')
  await ask('DELETE', '/orgs/acme/faults')
  expect(running.unexpected).toEqual([])
})
