import { type Clock, PosternError, systemClock } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { orgScenario } from '../../../../test/scripted-org.ts'
import { tokenAnswer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { testSigner } from '../../../../test/test-signer.ts'

const groups = '/api/v1/groups'
const newGroup = { method: 'POST', path: groups, body: { profile: { name: 'Made once' } } }

/** A clock on which a wait does not end, unless it is aborted. */
const frozen: Clock = {
  now: systemClock.now,
  monotonicMs: systemClock.monotonicMs,
  sleep: (_waitMs, options) => systemClock.sleep(3_600_000, options),
}

const put = { method: 'PUT', path: `${groups}/00g1`, body: { profile: { name: 'Twice' } } }
const lookFirst = 'Look at the org whether it was made before you send it again.'

describe('Org.request', () => {
  test('never repeats a POST after a lost connection, for it may have been done', async () => {
    const fault = `socket-reset-after-write=path:${groups}`
    const { admin, running } = await emulatedOrg({ edition: 'unlimited', faults: [fault] })
    const before = running.org.ledger.size
    const asked = admin.request(newGroup)
    await expect(asked).rejects.toMatchObject({ code: 'upstream_connection_lost' })
    const made = running.org.ledger
      .read(before)
      .filter((entry) => entry.kind === 'change' && entry.what === 'group')
    expect(made.length).toBe(1)
  })

  test.each([500, 502, 503, 504, 408])('never repeats a POST after a %i', async (status) => {
    const { org, server } = await orgScenario(() => ({ status }))
    await expect(org.request(newGroup)).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(server.requests.length).toBe(1)
  })

  test('repeats a POST after a 429, for it was not done', async () => {
    const clock = new TestClock()
    const { admin, running } = await emulatedOrg(
      { edition: 'unlimited', clock, faults: [`rate-limited=path:${groups}`] },
      { clock },
    )
    const answer = await admin.request(newGroup)
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.waitedMs).toBeGreaterThanOrEqual(59_000)
    expect(running.unexpected).toEqual([])
  })

  test('sends nothing before the reset of a 429 whose body was cut off', async () => {
    const clock = new TestClock()
    const at: number[] = []
    const { admin } = await emulatedOrg(
      {
        ...{ edition: 'unlimited', clock, faults: ['rate-limited=times:1', 'body-cut=times:1'] },
        onCall: ({ atMs }) => at.push(atMs),
      },
      { clock },
    )
    await admin.request({ path: groups })
    const [refused = 0, next = 0, ...more] = at
    expect(next - refused).toBeGreaterThanOrEqual(59_000)
    expect(more).toEqual([])
  })

  test('repeats a POST that its caller calls harmless', async () => {
    const { org, server } = await orgScenario((_request, number) => ({
      status: number < 2 ? 503 : 200,
    }))
    await org.request({ ...newGroup, retryable: true })
    expect(server.requests.length).toBe(3)
  })

  test.each([
    [
      'a 429',
      { status: 429 },
      { code: 'upstream_connection_lost', name: 'UpstreamError', remedy: lookFirst },
    ],
    [
      'a refusal',
      { status: 404, body: { errorCode: 'E0000007' } },
      {
        ...{ code: 'object_not_found', name: 'ApiError' },
        // Whoever has looked needs what to do about the refusal too.
        remedy: expect.stringMatching(new RegExp(`^${lookFirst} .*id`, 's')),
      },
    ],
  ])(
    'says of a change that may have been made so where %s ends it (G6)',
    async (_what, last, expected) => {
      const { org } = await orgScenario((_request, number) =>
        number === 0 ? { cut: 'before' } : last,
      )
      await expect(org.request(put)).rejects.toMatchObject({
        ...expected,
        message: expect.stringContaining('It is not known whether the change was made.'),
        details: { outcome: 'unknown' },
      })
    },
  )

  test('says of a change that may have been made so where nothing can be sent any more (G6)', async () => {
    const { client, server } = await orgScenario(() => ({ status: 503 }))
    const org = client({ onStep: () => void server.close() })
    await expect(org.request(put)).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringContaining('The attempt after it: The connection to'),
      remedy: lookFirst,
      details: { outcome: 'unknown', status: 503 },
    })
  })

  test.each(['GET', 'PUT', 'DELETE'])(
    'repeats a %s after a 503 and a lost connection',
    async (method) => {
      const { org, server } = await orgScenario((_request, number) => {
        if (number === 0) return { status: 503 }
        return number === 1 ? { cut: 'before' } : { status: 200 }
      })
      expect((await org.request({ method, path: groups })).attempts).toBe(3)
      expect(server.requests.map((request) => request.method)).toEqual([method, method, method])
    },
  )

  test.each(['', '?sendEmail=false', '/'])(
    'sends the deletion of a user once (path and %j), for a second one is for good',
    async (end) => {
      const { admin, running } = await emulatedOrg({ edition: 'unlimited', users: 3 })
      const users = (await admin.request({ path: '/api/v1/users' })).json() as { id: string }[]
      // The first one is who asks.
      const user = users.at(-1)
      const path = `/api/v1/users/${user?.id}`
      running.faults.on('socket-reset-after-write')
      const asked = admin.request({ method: 'DELETE', path: path + end })
      await expect(asked).rejects.toMatchObject({ code: 'upstream_connection_lost' })
      expect((await admin.request({ path })).json()).toMatchObject({ id: user?.id })
    },
  )

  test('repeats a GET after a 500, and nothing else', async () => {
    const { org, server } = await orgScenario(() => ({ status: 500 }))
    await expect(org.request({ path: groups })).rejects.toMatchObject({
      code: 'upstream_unavailable',
    })
    expect(server.requests.length).toBe(5)
    const asked = org.request({ method: 'PUT', path: groups, body: {} })
    await expect(asked).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(server.requests.length).toBe(6)
  })

  test.each([400, 403, 404, 409, 501])('never repeats what was answered %i', async (status) => {
    const { org, server } = await orgScenario(() => ({ status }))
    await expect(org.request({ path: groups })).rejects.toThrow()
    expect(server.requests.length).toBe(1)
  })

  test('names the first request in those that repeat it, as Okta’s own SDKs do', async () => {
    const { org, server } = await orgScenario((_request, number) => ({
      status: number < 2 ? 503 : 200,
      headers: { 'x-okta-request-id': `req-${number}` },
    }))
    await org.request({ path: groups })
    const sent = server.requests.map(({ headers }) => [
      headers['x-okta-retry-for'],
      headers['x-okta-retry-count'],
    ])
    expect(sent).toEqual([
      [undefined, undefined],
      ['req-0', '1'],
      ['req-0', '2'],
    ])
  })

  test('signs a new proof for every attempt', async () => {
    const key = await testSigner()
    const { org, server } = await orgScenario(
      ({ path }, number) => {
        if (path.endsWith('/token'))
          return tokenAnswer({ token_type: 'DPoP', scope: 'okta.groups.read' })
        return { status: number < 4 ? 503 : 200, body: [] }
      },
      {
        credential: {
          kind: 'service-app',
          clientId: '0oaTEST0000000000Tst',
          key,
          scopes: ['okta.groups.read'],
          dpopRequired: true,
        },
      },
    )
    const answer = await org.request({ path: groups })
    const jtis = server.requests.map(({ proof }) => proof?.claims['jti'])
    expect(answer.attempts).toBeGreaterThanOrEqual(3)
    expect(jtis).not.toContain(undefined)
    expect(new Set(jtis).size).toBe(jtis.length)
  })

  test('ends at once when it is aborted before it is sent', async () => {
    const { org, server } = await orgScenario(() => ({}))
    const asked = org.request({ path: groups, signal: AbortSignal.abort(new Error('stopped')) })
    await expect(asked).rejects.toThrow('stopped')
    expect(server.requests.length).toBe(0)
  })

  test.each([
    ['no answer comes', { hang: true }],
    ['it waits for the next attempt', { status: 503 }],
    ['it waits for a rate limit', { status: 429 }],
  ])('ends at once when it is aborted while %s', async (_when, answer) => {
    const stop = new AbortController()
    const { client } = await orgScenario(() => {
      // Behind the answer, which the client has by then.
      setTimeout(() => stop.abort(new Error('stopped')), 20)
      return answer
    })
    const asked = client({ clock: frozen }).request({
      path: groups,
      method: 'hang' in answer ? 'POST' : 'GET',
      signal: stop.signal,
    })
    await expect(asked).rejects.toThrow('stopped')
  })

  const removed = new PosternError('connection_not_found', 'There is no connection acme.', {
    remedy: 'List them.',
  })

  test.each([
    ['it is under way', { hang: true }],
    ['it waits for the attempt after one that was lost', { status: 503 }],
  ])(
    'calls a change unknown that is stopped while %s, and tells why (G6)',
    async (_when, answer) => {
      const stop = new AbortController()
      const { client } = await orgScenario(() => {
        setTimeout(() => stop.abort(removed), 20)
        return answer
      })
      const asked = client({ clock: frozen }).request({ ...put, signal: stop.signal })
      await expect(asked).rejects.toMatchObject({
        name: 'UpstreamError',
        message: expect.stringContaining(removed.message),
        remedy: lookFirst,
        details: { outcome: 'unknown' },
        cause: removed,
      })
    },
  )

  test('ends a read that is stopped under way with the reason', async () => {
    const stop = new AbortController()
    const { org } = await orgScenario(() => {
      setTimeout(() => stop.abort(removed), 20)
      return { hang: true }
    })
    await expect(org.request({ path: groups, signal: stop.signal })).rejects.toBe(removed)
  })
})
