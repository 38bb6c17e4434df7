import { describe, expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { type OrgCall, type StartOptions, startOrg } from '../../src/index.ts'

const startMs = Date.parse('2026-01-01T00:00:30.500Z')
const seconds = (text: string | null) => Number(text) - Math.floor(startMs / 1_000)

async function start(options: StartOptions = {}) {
  const clock = new TestClock(new Date(startMs))
  const running = await startOrg({ clock, keyType: 'EC', ...options })
  onTestFinished(async () => {
    expect(running.unexpected).toEqual([])
    await running.close()
  })
  const get = async (token = running.adminToken, path = '/api/v1/users') => {
    const answer = await fetch(`${running.url}${path}`, {
      headers: { authorization: `SSWS ${token}` },
    })
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
      answer.headers.get(`x-rate-limit-${name}`),
    )
    const body: unknown = answer.status === 429 ? await answer.json() : await answer.text()
    return { status: answer.status, limit, remaining, reset: seconds(reset ?? null), body }
  }
  const [admin] = [...running.org.users]
  const addToken = () => running.org.addApiToken(String(admin?.id), 'another').value
  return { running, clock, get, addToken }
}

describe('a window', () => {
  test('opens with the first request and lasts 60 seconds', async () => {
    const { clock, get, running } = await start()
    running.limits.overrides.set('/api/v1/users', 4)
    expect(await get()).toMatchObject({ status: 200, limit: '2', remaining: '1', reset: 60 })
    clock.advance(40_000)
    expect(await get()).toMatchObject({ status: 200, remaining: '0', reset: 60 })
    expect(await get()).toMatchObject({ status: 429, limit: '2', remaining: '0', reset: 60 })
    clock.advance(19_499)
    expect((await get()).status).toBe(429)
    clock.advance(1)
    expect(await get()).toMatchObject({ status: 200, remaining: '1', reset: 120 })
  })

  test('is of one bucket: another has its own', async () => {
    const { get, running } = await start()
    running.limits.overrides.set('/api/v1/users', 2)
    expect((await get()).status).toBe(200)
    expect((await get()).status).toBe(429)
    expect((await get(running.adminToken, '/api/v1/groups')).status).toBe(200)
  })

  test('refuses with E0000047 and says when to come back in the headers alone', async () => {
    const { get, running } = await start()
    running.limits.overrides.set('/api/v1/users', 1)
    await get()
    expect((await get()).body).toMatchObject({
      errorCode: 'E0000047',
      errorSummary: 'API call exceeded rate limit due to too many requests.',
      errorCauses: [],
    })
  })
})

describe('the share of a caller', () => {
  test.each([
    ['integrator', '50'],
    ['enterprise', '300'],
    ['workforce', '300'],
  ] as const)('is half of what the edition %s has', async (edition, limit) => {
    const { get } = await start({ edition })
    expect(await get()).toMatchObject({ limit })
  })

  test('is its own: who used it up does not stop another', async () => {
    const { get, running, addToken } = await start()
    running.limits.overrides.set('/api/v1/users', 2)
    await get()
    expect((await get()).status).toBe(429)
    expect(await get(addToken())).toMatchObject({ status: 200, remaining: '0' })
  })

  test('does not help where all callers together used the bucket up', async () => {
    const { get, running, addToken } = await start()
    running.limits.overrides.set('/api/v1/users', 4)
    const [second, third] = [addToken(), addToken()]
    expect((await get(third)).remaining).toBe('1')
    for (const token of [running.adminToken, running.adminToken, second]) await get(token)
    expect(await get(third)).toMatchObject({ status: 429, limit: '2', remaining: '0' })
  })
})

describe('the System Log', () => {
  const violations = async ({ running, clock }: Awaited<ReturnType<typeof start>>) => {
    clock.advance(60_000)
    const filter = encodeURIComponent('eventType sw "system."')
    const answer = await fetch(`${running.url}/api/v1/logs?filter=${filter}`, {
      headers: { authorization: `SSWS ${running.adminToken}` },
    })
    const events = (await answer.json()) as { eventType: string; target: { id: string }[] }[]
    return events.map(({ eventType, target }) => `${eventType} ${target[0]?.id}`)
  }

  test('has one event for each window in which a caller used its share up', async () => {
    const scene = await start()
    scene.running.limits.overrides.set('/api/v1/users', 2)
    for (let asked = 0; asked < 4; asked++) await scene.get()
    expect(await violations(scene)).toEqual(['system.operation.rate_limit.violation /api/v1/users'])
  })

  test('says where it was the whole org', async () => {
    const scene = await start()
    scene.running.limits.overrides.set('/api/v1/users', 2)
    scene.running.limits.share = 1
    await scene.get()
    await scene.get(scene.addToken())
    await scene.get()
    expect(await violations(scene)).toEqual(['system.org.rate_limit.violation /api/v1/users'])
  })
})

describe('requests at the same time', () => {
  test('are refused above the limit with both figures at zero', async () => {
    const { get, running } = await start({ edition: 'integrator' })
    const slow = { path: '/api/v1/groups', pieces: 1, waitMs: 60_000 }
    running.faults.on({ name: 'slow-body', parameters: slow })
    // These stay open until the org is closed.
    for (let open = 0; open < 35; open++) {
      get(running.adminToken, '/api/v1/groups').catch(() => undefined)
    }
    running.limits.share = 1
    let extra = await get()
    while (extra.status === 200) extra = await get()
    expect(extra).toMatchObject({ status: 429, limit: '0', remaining: '0', reset: 61 })
  })
})

test('Whoever started an org is told of each call: when it came, how it was counted, what it was told', async () => {
  const calls: OrgCall[] = []
  const { get, running, clock } = await start({ onCall: (call) => calls.push(call) })
  running.limits.overrides.set('/api/v1/users', 2)
  await get()
  clock.advance(1_500)
  await get()
  running.faults.on('rate-limited=seconds:30,limit:7')
  await get()
  running.faults.off('rate-limited')
  running.faults.on('socket-reset')
  await expect(get()).rejects.toThrow()
  const common = { method: 'GET', path: '/api/v1/users', bucket: '/api/v1/users' }
  const resetSeconds = startMs / 1_000 + 59.5
  const state = { limit: 1, remaining: 0, resetSeconds, ofOrg: false }
  const told = { limit: 1, remaining: 0, resetSeconds }
  const atMs = startMs + 1_500
  expect(calls).toEqual([
    {
      ...{ ...common, atMs: startMs, status: 200, told },
      counted: { ...state, exceeded: false, firstRefusal: false },
    },
    {
      ...common,
      atMs,
      status: 429,
      told,
      counted: { ...state, exceeded: true, firstRefusal: true },
    },
    {
      ...common,
      atMs,
      status: 429,
      told: { limit: 7, remaining: 0, resetSeconds: (atMs + 30_000) / 1_000 },
    },
    { ...common, atMs },
  ])
})
