import { describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { faults, type StartOptions, startOrg } from '../../src/index.ts'

async function start(options: StartOptions = {}) {
  const clock = new TestClock(new Date('2026-01-01T00:00:00.000Z'))
  const running = await startOrg({
    ...{ clock, users: 9, groups: 0, apps: 0, keyType: 'EC', edition: 'unlimited' },
    ...options,
  })
  onTestFinished(async () => {
    expect(running.unexpected).toEqual([])
    await running.close()
  })
  const headers = {
    authorization: `SSWS ${running.adminToken}`,
    'content-type': 'application/json',
  }
  const send = (path: string, init: RequestInit = {}) =>
    fetch(path.startsWith('http') ? path : `${running.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers,
    })
  const createGroup = (name: string) =>
    send('/api/v1/groups', { method: 'POST', body: JSON.stringify({ profile: { name } }) })
  const groupNames = () => [...running.org.groups].map(({ profile }) => profile['name'])
  const shown = [...running.org.users].filter(({ status }) => status !== 'DEPROVISIONED')
  /** Every id of a list, page by page, at most 30 pages. */
  const walk = async (path: string) => {
    const ids: string[] = []
    const pages: string[] = []
    for (let next: string | undefined = path; next !== undefined && pages.length < 30; ) {
      pages.push(next)
      const answer: Response = await send(next)
      for (const { id } of (await answer.json()) as { id: string }[]) ids.push(id)
      next = /<([^>]*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
    }
    return { ids, pages }
  }
  return { running, clock, send, createGroup, groupNames, walk, userIds: shown.map(({ id }) => id) }
}

const users = '/api/v1/users?limit=2'

describe('refusals in the place of the org', () => {
  test.each([
    ['server-error', 500, 'E0000009'],
    ['concurrency-limited', 429, 'E0000047'],
    ['rate-limited', 429, 'E0000047'],
    ['feature-not-licensed=/api/v1/users', 401, 'E0000015'],
    ['page-too-big=1', 500, 'E0000009'],
  ])('%s is %i %s', async (fault, status, errorCode) => {
    const { send } = await start({ faults: [fault] })
    const answer = await send(users)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ errorCode })
  })

  test.each([
    ['bad-gateway', 502, '502 Bad Gateway'],
    ['unavailable', 503, '503 Service Temporarily Unavailable'],
    ['html-200', 200, 'Sign in'],
  ])('%s is %i with a web page, and no request id', async (fault, status, text) => {
    const { send } = await start({ faults: [fault] })
    const answer = await send(users)
    expect([answer.status, answer.headers.get('x-okta-request-id')]).toEqual([status, null])
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await answer.text()).toContain(text)
  })

  test('rate-limited passes when its window is over', async () => {
    const { send, clock } = await start({ faults: ['rate-limited=seconds:30,limit:600'] })
    const refused = await send(users)
    const reset = Number(refused.headers.get('x-rate-limit-reset'))
    expect(reset * 1_000 - clock.now().getTime()).toBe(30_000)
    expect(refused.headers.get('x-rate-limit-limit')).toBe('600')
    clock.advance(29_999)
    expect((await send(users)).status).toBe(429)
    clock.advance(1)
    expect((await send(users)).status).toBe(200)
  })

  test('concurrency-limited has zeros where a rate limit has figures', async () => {
    const { headers } = await (await start({ faults: ['concurrency-limited'] })).send(users)
    const figures = ['limit', 'remaining'].map((name) => headers.get(`x-rate-limit-${name}`))
    expect(figures).toEqual(['0', '0'])
  })

  test('page-too-big passes with a smaller page', async () => {
    const { send } = await start({ faults: ['page-too-big=4'] })
    expect((await send('/api/v1/users?limit=5')).status).toBe(500)
    expect((await send('/api/v1/users')).status).toBe(500)
    expect((await send('/api/v1/users?limit=4')).status).toBe(200)
  })

  test('read-only-mode refuses writes alone, with 503 E0000010', async () => {
    const { send, createGroup, groupNames } = await start({ faults: ['read-only-mode'] })
    expect((await send(users)).status).toBe(200)
    const refused = await createGroup('Never')
    expect([refused.status, await refused.json()]).toMatchObject([503, { errorCode: 'E0000010' }])
    expect(groupNames()).not.toContain('Never')
  })

  test('endpoint-not-for-tokens refuses an access token and takes an API token', async () => {
    const { running, send } = await start({ faults: ['endpoint-not-for-tokens'] })
    expect((await send(users)).status).toBe(200)
    const answer = await fetch(`${running.url}${users}`, { headers: { authorization: 'Bearer x' } })
    expect([answer.status, await answer.json()]).toMatchObject([403, { errorCode: 'E0000005' }])
  })

  test('token-endpoint-overloaded is 400 temporarily_unavailable', async () => {
    const { send } = await start({ faults: ['token-endpoint-overloaded'] })
    const answer = await send('/oauth2/v1/token', { method: 'POST' })
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: 'temporarily_unavailable' },
    ])
    expect((await send(users)).status).toBe(200)
  })

  test('redirect leads to another host', async () => {
    const { send } = await start({ faults: ['redirect=https://login.example/in'] })
    const answer = await send(users)
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'https://login.example/in',
    ])
  })
})

describe('lost exchanges', () => {
  test('timeout says nothing, and the org did not see the request', async () => {
    const { send, running } = await start({ faults: ['timeout=path:/api/v1/groups'] })
    const given = new AbortController()
    const body = '{"profile":{"name":"Lost"}}'
    const asked = send('/api/v1/groups', { method: 'POST', body, signal: given.signal })
    // Another exchange goes there and back while the first one is silent.
    expect((await send(users)).status).toBe(200)
    given.abort()
    await expect(asked).rejects.toThrow('aborted')
    expect([...running.org.groups].length).toBe(1)
  })

  test('socket-reset breaks off before anything was done', async () => {
    const { createGroup, groupNames, running } = await start({ faults: ['socket-reset'] })
    await expect(createGroup('Lost')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    running.faults.clear()
    expect(groupNames()).not.toContain('Lost')
  })

  test('socket-reset-after-write breaks off when the write is done', async () => {
    const { createGroup, groupNames, send } = await start({ faults: ['socket-reset-after-write'] })
    await expect(createGroup('Kept')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(groupNames()).toContain('Kept')
    expect((await send(users)).status).toBe(200)
  })
})

describe('bent bodies', () => {
  test('truncated-json is a whole answer whose JSON ends in the middle', async () => {
    const { send } = await start({ faults: ['truncated-json'] })
    const text = await (await send(users)).text()
    expect(text).toMatch(/^\[\{"id"/)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  test('body-cut breaks off in the middle of the body', async () => {
    const { send } = await start({ faults: ['body-cut'] })
    const answer = await send(users)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
  })

  test('slow-body gives the whole body in pieces', async () => {
    const { send } = await start({ faults: ['slow-body=pieces:5,waitMs:1'] })
    expect(((await (await send(users)).json()) as unknown[]).length).toBe(2)
  })

  test('json-with-bom begins with a byte order mark', async () => {
    const { send } = await start({ faults: ['json-with-bom'] })
    const bytes = new Uint8Array(await (await send(users)).arrayBuffer())
    expect([...bytes.subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x5b])
  })

  test('rate-headers-missing takes the three headers away', async () => {
    const { send, running } = await start({ faults: ['rate-headers-missing'] })
    const rates = async () =>
      [...(await send(users)).headers.keys()].filter((name) => name.startsWith('x-rate'))
    expect(await rates()).toEqual([])
    running.faults.clear()
    expect((await rates()).length).toBe(3)
  })

  test('rate-headers-doubled gives the figures of the caller and of the org', async () => {
    const { send } = await start({ faults: ['rate-headers-doubled'] })
    expect((await send(users)).headers.get('x-rate-limit-limit')).toBe('500000, 1000000')
  })
})

describe('bent pages', () => {
  test('without a fault a walk sees every user once', async () => {
    const { walk, userIds } = await start()
    expect((await walk(users)).ids).toEqual(userIds)
  })

  test('foreign-link leads to another host', async () => {
    const { send } = await start({ faults: ['foreign-link'] })
    expect((await send(users)).headers.get('link')).toContain(
      '<https://acme.okta.com.attacker.example/api/v1/users?after=',
    )
  })

  test('looping-link leads to the page itself', async () => {
    const { walk } = await start({ faults: ['looping-link'] })
    const { pages } = await walk(users)
    expect([pages.length, new Set(pages.slice(1)).size]).toEqual([30, 1])
  })

  test('link-missing-next ends a list after a page', async () => {
    const { walk, userIds } = await start({ faults: ['link-missing-next'] })
    expect((await walk(users)).ids).toEqual(userIds.slice(0, 2))
  })

  test('link-joined has one line for both links, and the walk goes on', async () => {
    const { walk, send, userIds } = await start({ faults: ['link-joined'] })
    expect((await send(users)).headers.get('link')).toMatch(
      /^<[^>]+>; rel="self", <[^>]+>; rel="next"$/,
    )
    expect((await walk(users)).ids).toEqual(userIds)
  })

  test('link-with-commas has a link that one line may hold with others, and the walk goes on', async () => {
    const { walk, send, userIds } = await start({ faults: ['link-with-commas', 'link-joined'] })
    expect((await send(users)).headers.get('link')).toMatch(
      /; rel="self", <[^>]+\?hint=a,b;[^>]+>; rel="next"$/,
    )
    expect((await walk(users)).ids).toEqual(userIds)
  })

  test('duplicate-page gives each page twice, and all of them', async () => {
    const { walk, userIds } = await start({ faults: ['duplicate-page'] })
    const { ids } = await walk(users)
    expect(ids.length).toBe(2 * userIds.length)
    expect([...new Set(ids)]).toEqual(userIds)
  })

  test('empty-page-with-next puts an empty page before each, and loses nothing', async () => {
    const { walk, userIds } = await start({ faults: ['empty-page-with-next'] })
    const { ids, pages } = await walk(users)
    expect(ids).toEqual(userIds)
    expect(pages.length).toBe(2 * Math.ceil(userIds.length / 2))
  })

  test('cursor-refused is 400 E0000029 for a request with a cursor', async () => {
    const { send } = await start({ faults: ['cursor-refused'] })
    expect((await send(users)).status).toBe(200)
    const refused = await send('/api/v1/users?after=x')
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errorCode: 'E0000029', errorCauses: [{ errorSummary: 'Invalid cursor.' }] },
    ])
  })
})

describe('the parameters that choose exchanges', () => {
  const statuses = async (fault: string, count: number) => {
    const { send, running } = await start({ faults: [fault] })
    const seen: number[] = []
    for (let index = 0; index < count; index++) seen.push((await send(users)).status)
    running.faults.clear()
    return seen
  }

  test('times: the first ones', async () => {
    expect(await statuses('server-error=times:2', 4)).toEqual([500, 500, 200, 200])
  })

  test('after: not the first ones', async () => {
    expect(await statuses('server-error=after:2,times:1', 4)).toEqual([200, 200, 500, 200])
  })

  test('every: each n-th', async () => {
    expect(await statuses('server-error=every:3', 6)).toEqual([200, 200, 500, 200, 200, 500])
  })

  test('share: a part, the same for the same seed', async () => {
    const first = await statuses('server-error=share:0.5', 20)
    expect(await statuses('server-error=share:0.5', 20)).toEqual(first)
    expect(new Set(first)).toEqual(new Set([200, 500]))
  })

  test('path and method: others pass', async () => {
    expect(await statuses('server-error=path:/api/v1/groups', 1)).toEqual([200])
    expect(await statuses('server-error=method:post', 1)).toEqual([200])
    expect(await statuses('server-error=method:get,path:/api/v1/us', 1)).toEqual([500])
  })
})

test('every disturbance is shown above', async () => {
  const { readFileSync } = await import('node:fs')
  const source = readFileSync(new URL(import.meta.url), 'utf8')
  const names = faults.filter(({ kind }) => kind === 'disturbance').map(({ name }) => name)
  expect(names.filter((name) => !source.includes(`'${name}`))).toEqual([])
})
