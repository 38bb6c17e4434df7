import { Pacer, type PacerOptions, type Priority } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type SeenRequest,
  SimulatedBucket,
  type SimulatedBucketOptions,
} from '../../../../test/simulated-bucket.ts'
import { SimulatedTime } from '../../../../test/simulated-time.ts'

/** A pacer and callers that always have one more request to send. */
interface Scenario extends Omit<SimulatedBucketOptions, 'latencyMs'> {
  readonly callers: number
  readonly latencyMs: number
  readonly minutes: number
  readonly seed: number
  readonly share?: number
  readonly skewMs?: number
  readonly priority?: Priority
  /** What else happens meanwhile. */
  readonly meanwhile?: (bucket: SimulatedBucket, time: SimulatedTime) => void
}

const MINUTE_MS = 60_000

async function play(scenario: Scenario) {
  const { callers, minutes, seed, share, skewMs = 0, priority = 'log', meanwhile } = scenario
  const random = randomFrom(seed)
  const time = new SimulatedTime({ skewMs })
  const latencyMs = () => scenario.latencyMs * (0.8 + 0.4 * random())
  const bucket = new SimulatedBucket(time, { ...scenario, latencyMs })
  const pacer = new Pacer({ clock: time, random, ...(share === undefined ? {} : { share }) })
  const stop = new AbortController()
  for (let caller = 0; caller < callers; caller++) {
    keepAsking(pacer, bucket, { priority, signal: stop.signal })
  }
  meanwhile?.(bucket, time)
  await time.run(minutes * MINUTE_MS)
  const sleepers = time.sleepers
  stop.abort()
  await time.run(0)
  const left = time.sleepers
  const ours = bucket.seen.filter(({ caller }) => caller === 'we')
  const passed = ours.filter(({ refused }) => !refused).length
  return { ours, passed, refused: ours.length - passed, sleepers, left }
}

function keepAsking(
  pacer: Pacer,
  bucket: SimulatedBucket,
  how: { readonly priority: Priority; readonly signal: AbortSignal },
): void {
  const ask = async (): Promise<never> => {
    for (;;) {
      const permit = await pacer.acquire('users', how)
      permit.release(await bucket.ask('we'))
    }
  }
  ask().catch(() => undefined)
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** For each window of the org, in order: how many passed and how many were refused. */
function byWindow(requests: readonly SeenRequest[]) {
  const windows = new Map<number, { passed: number; refused: number }>()
  for (const { windowEndMs, refused } of requests) {
    const window = windows.get(windowEndMs) ?? { passed: 0, refused: 0 }
    window[refused ? 'refused' : 'passed']++
    windows.set(windowEndMs, window)
  }
  return [...windows.entries()].sort(([a], [b]) => a - b).map(([, window]) => window)
}

/** Requests that were sent after a refusal was known and before its reset. */
function sentWhileBlocked(requests: readonly SeenRequest[]) {
  const refusals = requests.filter(({ refused }) => refused)
  return requests.filter(({ sentMs }) =>
    refusals.some(({ answeredMs, resetMs }) => answeredMs < sentMs && sentMs < resetMs),
  )
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const alone = fc.record({
  limit: fc.oneof(fc.integer({ min: 5, max: 60 }), fc.constantFrom(300, 600, 3_000)),
  share: fc.constantFrom(0.5, 0.9, 1),
  callers: fc.integer({ min: 1, max: 10 }),
  latencyMs: fc.integer({ min: 50, max: 3_000 }),
  seed: seeds,
})

describe('Pacer, alone in a bucket', () => {
  test('meets no 429, and uses 95 % of its share while there is work', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(alone, async (one) => {
        const minutes = one.limit > 60 ? 6 : 40
        const { refused, passed } = await play({ ...one, minutes })
        expect(refused).toBe(0)
        const budget = Math.floor(one.limit * one.share)
        // So many could be sent if there were no limit, and a window ends as late as the answers that tell of it.
        const possible = (one.callers * MINUTE_MS) / (one.latencyMs * 1.1)
        const expected = Math.min(budget, possible) * (minutes - 1)
        expect(passed).toBeGreaterThanOrEqual(Math.floor(0.95 * expected))
      }),
      { numRuns: 60 },
    )
  })

  test('meets no 429 over 300 windows at half a second of latency', {
    timeout: 60_000,
  }, async () => {
    const how = { limit: 50, callers: 10, latencyMs: 500, seed: 1 }
    const { refused, passed } = await play({ ...how, minutes: 300 })
    expect(refused).toBe(0)
    expect(passed).toBeGreaterThanOrEqual(0.95 * 300 * 50 * 0.9)
  })

  test('lets urgent requests use half of what the share leaves over, still without a 429', async () => {
    const how = { limit: 100, callers: 5, latencyMs: 200, seed: 2, minutes: 20 }
    const { refused, ours } = await play({ ...how, priority: 'interactive' })
    expect(refused).toBe(0)
    const most = Math.max(...byWindow(ours).map(({ passed }) => passed))
    expect(most).toBe(95)
  })

  test.each([
    ['10 minutes ahead', 600_000],
    ['10 minutes behind', -600_000],
  ])('does not mind a clock that is %s', async (_what, skewMs) => {
    const how = { limit: 50, callers: 10, latencyMs: 500, seed: 3, minutes: 40, skewMs }
    const { refused, passed } = await play(how)
    expect(refused).toBe(0)
    expect(passed).toBeGreaterThanOrEqual(0.95 * 40 * 45)
  })

  const set = (values: Readonly<Record<string, string>>) => (headers: Headers) => {
    for (const [name, value] of Object.entries(values)) headers.set(name, value)
  }
  test.each<readonly [string, number, (headers: Headers) => void]>([
    ['no Date, by a clock 10 minutes ahead', 600_000, (headers) => headers.delete('date')],
    ['no Date, by a clock 10 minutes behind', -600_000, (headers) => headers.delete('date')],
    ['no reset', 0, (headers) => headers.delete('x-rate-limit-reset')],
    ['a reset in milliseconds', 0, set({ 'x-rate-limit-reset': '1768478420000' })],
    ['a reset in the past', 0, set({ 'x-rate-limit-reset': '1768400000' })],
    ['a reset that is no number', 0, set({ 'x-rate-limit-reset': 'soon' })],
  ])('keeps to the limit where answers have %s', async (_what, skewMs, headers) => {
    const how = { limit: 50, callers: 10, latencyMs: 500, seed: 4, minutes: 40, skewMs }
    const { refused, passed } = await play({ ...how, headers })
    expect(refused).toBe(0)
    expect(passed).toBeGreaterThanOrEqual(0.9 * 40 * 45)
  })

  test('takes the smaller of two figures where both are sent', async () => {
    const headers = (sent: Headers) => sent.append('x-rate-limit-limit', '1200')
    const how = { limit: 50, callers: 5, latencyMs: 100, seed: 5, minutes: 10, headers }
    expect((await play(how)).refused).toBe(0)
  })

  test('goes on with one nonsensical answer among good ones', async () => {
    let count = 0
    const headers = (sent: Headers) => {
      if (++count === 20) sent.set('x-rate-limit-reset', '999999999999')
      if (count === 60) sent.set('x-rate-limit-limit', '0')
    }
    const how = { limit: 50, callers: 5, latencyMs: 100, seed: 6, minutes: 20, headers }
    const { refused, passed } = await play(how)
    expect(refused).toBe(0)
    expect(passed).toBeGreaterThanOrEqual(0.95 * 20 * 45)
  })

  test('sends as fast as answers come where there are no rate-limit headers at all', async () => {
    const headers = (sent: Headers) => {
      for (const name of ['limit', 'remaining', 'reset']) sent.delete(`x-rate-limit-${name}`)
    }
    const how = { limit: 1_000_000, callers: 4, latencyMs: 1_000, seed: 7, minutes: 5, headers }
    expect((await play(how)).passed).toBeGreaterThanOrEqual(0.95 * 5 * 4 * 60)
  })

  test('leaves no timer behind when its callers have gone', async () => {
    const { sleepers, left } = await play({
      ...{ limit: 10, callers: 10, latencyMs: 100, seed: 8, minutes: 1 / 2 },
    })
    expect(sleepers).toBe(1)
    expect(left).toBe(0)
  })
})

const foreigners = fc.record({
  limit: fc.constantFrom(10, 50, 300, 1_000),
  /** The part of our own limit that they leave. */
  left: fc.constantFrom(0, 0.1, 0.3, 0.5, 0.8, 0.95),
  callers: fc.integer({ min: 1, max: 10 }),
  latencyMs: fc.integer({ min: 50, max: 1_000 }),
  seed: seeds,
})

describe('Pacer, beside callers that only refusals show', () => {
  test('has one 429 in a window at most, once it has met them', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(foreigners, async ({ left, limit, ...how }) => {
        const takenByOthers = () => Math.round(limit * (2 - left))
        const crowd = { limit, orgLimit: limit * 2, takenByOthers }
        const { ours } = await play({ ...how, ...crowd, minutes: 12 })
        const windows = byWindow(ours)
        const first = windows.findIndex(({ refused }) => refused > 0)
        const later = first < 0 ? [] : windows.slice(first + 1)
        expect(later.filter(({ refused }) => refused > 1)).toEqual([])
        expect(sentWhileBlocked(ours)).toEqual([])
      }),
      // A round that ended before the org's own window sent into it what was meant for the next one.
      {
        numRuns: 60,
        examples: [
          [{ limit: 10, left: 0.5, callers: 4, latencyMs: 505, seed: 519_909_739 }],
          // Ten windows that each took nearly all that was left told nothing of the others having gone.
          [{ limit: 1_000, left: 0.5, callers: 4, latencyMs: 419, seed: 996_818_496 }],
        ],
      },
    )
  })

  test('takes what they leave from the next window on, and its own share soon after they left', async () => {
    const arriveMs = 5 * MINUTE_MS
    const leaveMs = 15 * MINUTE_MS
    const epochMs = new SimulatedTime().trueMs
    const takenByOthers = (startMs: number) =>
      startMs - epochMs >= arriveMs && startMs - epochMs < leaveMs ? 450 : 0
    const { ours } = await play({
      ...{ limit: 300, orgLimit: 600, takenByOthers },
      ...{ callers: 10, latencyMs: 500, seed: 9, minutes: 22 },
    })
    const windows = byWindow(ours)
    const first = windows.findIndex(({ refused }) => refused > 0)
    const beside = windows.slice(first + 1, first + 9)
    expect(Math.min(...beside.map(({ passed }) => passed))).toBeGreaterThanOrEqual(0.85 * 150)
    // It tries for more with every second window only, and is refused there.
    expect(beside.filter(({ refused }) => refused > 0).length).toBeLessThanOrEqual(5)
    expect(windows.slice(-3).map(({ passed }) => passed >= 0.95 * 270)).toEqual([true, true, true])
  })

  test('forgets them after minutes in which it sent too little to know', async () => {
    const random = randomFrom(10)
    const time = new SimulatedTime()
    const leaveMs = time.trueMs + 4 * MINUTE_MS
    const takenByOthers = (startMs: number) => (startMs < leaveMs ? 600 : 0)
    const latencyMs = () => 400 + 200 * random()
    const bucket = new SimulatedBucket(time, {
      limit: 300,
      orgLimit: 600,
      latencyMs,
      takenByOthers,
    })
    const pacer = new Pacer({ clock: time, random })
    const work = async (minutes: number) => {
      const stop = new AbortController()
      for (let caller = 0; caller < 10; caller++) {
        keepAsking(pacer, bucket, { priority: 'log', signal: stop.signal })
      }
      await time.run(minutes * MINUTE_MS)
      stop.abort()
      await time.run(0)
    }
    await work(3)
    expect(byWindow(bucket.seen).map(({ passed }) => passed)).toEqual([0, 0, 0])
    await time.run(12 * MINUTE_MS)
    await work(1)
    expect(byWindow(bucket.seen.filter(({ refused }) => !refused))[0]?.passed).toBeGreaterThan(250)
  })
})

describe('Pacer, beside a caller with the same limit', () => {
  test('sees it in the figures, meets no 429, and recovers in the next window', async () => {
    const meanwhile = async (bucket: SimulatedBucket, time: SimulatedTime) => {
      await time.sleep(5 * MINUTE_MS)
      while (time.monotonicMs() < 12 * MINUTE_MS) {
        void bucket.ask('they', 'we')
        await time.sleep(MINUTE_MS / 150)
      }
    }
    const { ours, refused } = await play({
      ...{ limit: 300, callers: 10, latencyMs: 500, seed: 10, minutes: 20, meanwhile },
    })
    expect(refused).toBe(0)
    expect(
      byWindow(ours)
        .slice(-6, -1)
        .map(({ passed }) => passed >= 0.95 * 270),
    ).not.toContain(false)
  })

  test('sends nothing between a 429 and its reset, whatever that caller does', {
    timeout: 60_000,
  }, async () => {
    const bursts = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 80 })),
      {
        maxLength: 20,
      },
    )
    await fc.assert(
      fc.asyncProperty(
        bursts,
        seeds,
        fc.integer({ min: 50, max: 2_000 }),
        async (all, seed, latencyMs) => {
          const meanwhile = (bucket: SimulatedBucket, time: SimulatedTime) => {
            for (const [atSeconds, count] of all) {
              time.after(atSeconds * 1_000, () => {
                for (let sent = 0; sent < count; sent++) void bucket.ask('they', 'we')
              })
            }
          }
          const how = { limit: 60, callers: 6, latencyMs, seed, minutes: 10, meanwhile }
          const { ours } = await play(how)
          expect(sentWhileBlocked(ours)).toEqual([])
          // Those under way when it happens, and no more.
          expect(Math.max(...byWindow(ours).map(({ refused }) => refused))).toBeLessThanOrEqual(6)
        },
      ),
      { numRuns: 30 },
    )
  })
})

/** A pacer whose permits the test holds in its hand. */
function byHand(options: PacerOptions = {}) {
  const time = new SimulatedTime()
  const pacer = new Pacer({ clock: time, random: () => 0.5, ...options })
  const granted: string[] = []
  const ask = (name: string, priority: Priority = 'log', bucket = 'users', signal?: AbortSignal) =>
    pacer.acquire(bucket, { priority, signal }).then((permit) => {
      granted.push(name)
      return permit
    })
  const answer = (status: number, limit: number, remaining: number, inSeconds = 60) => ({
    status,
    headers: new Headers({
      date: new Date(time.trueMs).toUTCString(),
      'x-rate-limit-limit': String(limit),
      'x-rate-limit-remaining': String(remaining),
      'x-rate-limit-reset': String(Math.floor(time.trueMs / 1_000) + inSeconds),
    }),
    orgTime: time.now(),
  })
  return { time, pacer, granted, ask, answer }
}

describe('Pacer', () => {
  test('does not take what a cache says of a window for this one', async () => {
    const { ask, granted, answer, time } = byHand()
    const first = await ask('first')
    void ask('second')
    void ask('third')
    const kept = answer(200, 100, 0)
    kept.headers.set('age', '20')
    first.release(kept)
    await time.run(0)
    // One asks once more, for the limit is not known yet.
    expect(granted).toEqual(['first', 'second'])
  })

  test('waits for the reset of a 429 from a cache as long as it is away now', async () => {
    const { ask, granted, answer, time } = byHand()
    const first = await ask('first')
    void ask('second')
    const kept = answer(429, 100, 0, 30)
    kept.headers.set('date', new Date(time.trueMs - 20_000).toUTCString())
    kept.headers.set('age', '20')
    first.release(kept)
    await time.run(29_000)
    expect(granted).toEqual(['first'])
    await time.run(3_000)
    expect(granted).toEqual(['first', 'second'])
  })

  test('sends the first request of a bucket alone, to learn its limit', async () => {
    const { ask, granted, answer, time } = byHand()
    const first = await ask('first')
    void ask('second')
    void ask('third')
    await time.run(0)
    expect(granted).toEqual(['first'])
    first.release(answer(200, 100, 99))
    await time.run(0)
    expect(granted).toEqual(['first', 'second', 'third'])
  })

  test('gives a permit at once where one is free, and none past those who wait', async () => {
    const { ask, pacer, answer } = byHand({ maxInFlight: 1 })
    const atOnce = (bucket: string) => pacer.acquireAtOnce(bucket, { priority: 'interactive' })
    const first = atOnce('users')
    expect([first?.waitedMs, atOnce('groups')]).toEqual([0, undefined])
    first?.release(answer(200, 100, 99))
    const second = atOnce('users')
    second?.release(answer(429, 100, 0))
    expect(atOnce('users')).toBeUndefined()
    atOnce('groups')?.release(answer(200, 100, 99))
    void ask('waits for the reset')
    expect(atOnce('groups')).toBeUndefined()
  })

  test('lets those who wait go where more may be under way than before', async () => {
    const { ask, granted, answer, time, pacer } = byHand({ maxInFlight: 1 })
    const first = await ask('first')
    first.release(answer(200, 100, 99))
    void ask('second')
    void ask('third')
    await time.run(0)
    expect(granted).toEqual(['first', 'second'])
    pacer.maxInFlight = 2
    await time.run(0)
    expect([granted.at(-1), pacer.maxInFlight]).toEqual(['third', 2])
  })

  test('still sends one at a time where what stands before the org fails, for that knows no limit', async () => {
    const { ask, granted, time } = byHand()
    const first = await ask('first')
    void ask('second')
    void ask('third')
    first.release({ status: 503, headers: new Headers(), orgTime: time.now() })
    await time.run(0)
    expect(granted).toEqual(['first', 'second'])
  })

  test('counts a request of which nothing was heard for the window that it may have opened', async () => {
    const { ask, answer, time, pacer } = byHand()
    const first = await ask('first')
    first.release(answer(200, 10, 9, 10))
    const lost = await ask('lost')
    await time.run(11_000)
    lost.release()
    await time.run(1_000)
    expect(pacer.view('users')).toMatchObject({ left: 8, resetInMs: 59_000 })
  })

  test('serves the most urgent first, and who asked first among equals', async () => {
    const { ask, granted, answer, time } = byHand({ maxInFlight: 1 })
    const first = await ask('first')
    const more = [
      ask('verify', 'verify'),
      ask('sweep', 'sweep'),
      ask('other bucket', 'log', 'groups'),
      ask('log 1', 'log'),
      ask('log 2', 'log'),
      ask('person', 'interactive'),
      ask('incremental', 'incremental'),
    ]
    first.release(answer(200, 100, 99))
    for (const permit of more.map(async (asked) => (await asked).release(answer(200, 100, 90)))) {
      void permit
    }
    await time.run(0)
    expect(granted.slice(1)).toEqual([
      ...['person', 'other bucket', 'log 1', 'log 2', 'incremental', 'sweep', 'verify'],
    ])
  })

  test('forgets a caller that gives up, and serves the next', async () => {
    const { ask, granted, answer, time } = byHand({ maxInFlight: 1 })
    const stop = new AbortController()
    const first = await ask('first')
    const given = ask('given up', 'log', 'users', stop.signal)
    void ask('next')
    stop.abort(new Error('no longer wanted'))
    await expect(given).rejects.toThrow('no longer wanted')
    first.release(answer(200, 100, 99))
    await time.run(0)
    expect(granted).toEqual(['first', 'next'])
    await expect(ask('late', 'log', 'users', stop.signal)).rejects.toThrow('no longer wanted')
  })

  test('halves the requests under way after a concurrency 429, pauses 1 to 5 s, and recovers', async () => {
    const { ask, answer, time, granted } = byHand({ maxInFlight: 8 })
    const first = await ask('first')
    first.release(answer(200, 1_000, 999))
    const permits = await Promise.all(Array.from({ length: 8 }, () => ask('before')))
    for (const permit of permits) permit.release(answer(429, 0, 0))
    granted.length = 0
    for (let count = 0; count < 8; count++) void ask('after')
    await time.run(999)
    expect(granted.length).toBe(0)
    await time.run(4_001)
    expect(granted.length).toBe(4)
    for (let count = 0; count < 8; count++) void ask('later')
    await time.run(5 * MINUTE_MS)
    const kick = await ask('person', 'interactive')
    kick.release(answer(200, 1_000, 900))
    await time.run(0)
    expect(granted.length).toBeGreaterThanOrEqual(8)
  })

  test('counts a permit as used once, however often it is released', async () => {
    const { ask, answer, pacer } = byHand()
    const permit = await ask('first')
    permit.release(answer(200, 100, 99))
    permit.release(answer(200, 100, 10))
    expect(pacer.view('users')).toMatchObject({ limitPerMinute: 100, budget: 90, left: 89 })
  })

  test('takes an answer of the window before for nothing, however late it comes', async () => {
    const { ask, answer, time, granted } = byHand()
    const first = await ask('first')
    first.release(answer(200, 100, 99, 10))
    const late = await ask('late')
    const lastOfWindow = answer(200, 100, 11, 10)
    await time.run(11_000)
    granted.length = 0
    await ask('next')
    late.release(lastOfWindow)
    for (let count = 0; count < 8; count++) void ask('next')
    await time.run(0)
    expect(granted.length).toBe(9)
  })

  test('takes the earliest end that answers tell of, for Date is cut to the second', async () => {
    const { ask, answer, time, pacer } = byHand()
    const first = await ask('first')
    first.release(answer(200, 10, 9, 60))
    expect(pacer.view('users')?.resetInMs).toBe(60_000)
    const second = await ask('second')
    await time.run(800)
    // The second has turned meanwhile: the same end is 59 s away, and so it is for the rest of this second.
    second.release(answer(200, 10, 8, 59))
    expect(pacer.view('users')?.resetInMs).toBe(59_000)
    const third = await ask('third')
    await time.run(600)
    third.release(answer(200, 10, 7, 59))
    expect(pacer.view('users')?.resetInMs).toBe(58_400)
  })

  test('counts what is under way when a window ends for the next one, too', async () => {
    const { ask, answer, time, granted, pacer } = byHand()
    const first = await ask('first')
    first.release(answer(200, 10, 9, 10))
    await Promise.all([ask('under way'), ask('under way'), ask('under way')])
    await time.run(11_000)
    granted.length = 0
    for (let count = 0; count < 9; count++) void ask('next')
    await time.run(0)
    expect(granted.length).toBe(6)
    expect(pacer.view('users')?.left).toBe(0)
  })

  test.each([
    ['limit of 0', 0, 0],
    ['remaining above the limit', 10, 50],
  ])('makes nothing of a success with a %s', async (_what, limit, remaining) => {
    const { ask, answer, pacer } = byHand()
    const first = await ask('first')
    first.release(answer(200, 100, 99))
    const second = await ask('second')
    second.release(answer(200, limit, remaining))
    expect(pacer.view('users')).toMatchObject({ limitPerMinute: 100, left: 88 })
  })

  test('goes on when an answer never came', async () => {
    const { ask, granted, time } = byHand()
    const first = await ask('first')
    void ask('second')
    first.release()
    await time.run(0)
    expect(granted).toEqual(['first', 'second'])
  })

  test('estimates how long further requests take by the limit alone', async () => {
    const { ask, answer, pacer } = byHand()
    expect(pacer.estimateMs('users', 1_000)).toBe(0)
    expect(pacer.view('users')).toBe(undefined)
    const permit = await ask('first')
    permit.release(answer(200, 100, 99, 30))
    expect(pacer.estimateMs('users', 89)).toBe(0)
    const resetInMs = pacer.view('users')?.resetInMs ?? 0
    expect(pacer.estimateMs('users', 90)).toBe(resetInMs)
    expect(pacer.estimateMs('users', 89 + 90)).toBe(resetInMs)
    expect(pacer.estimateMs('users', 89 + 91)).toBe(resetInMs + MINUTE_MS)
  })

  test('waits a second and more after a 429 whose reset is over already', async () => {
    const { ask, answer, time } = byHand()
    for (const inSeconds of [0, -1, -86_400]) {
      const permit = await ask('again')
      permit.release(answer(429, 100, 0, inSeconds))
      const next = ask('next')
      await time.run(2_000)
      const { waitedMs, release } = await next
      expect(waitedMs).toBe(1_500)
      release(answer(200, 100, 99))
    }
  })

  test('waits longer with each 429 that says nothing of a reset, up to a minute', async () => {
    const { ask, answer, time } = byHand()
    const waits: number[] = []
    for (let count = 0; count < 8; count++) {
      const permit = await ask('again')
      permit.release({ ...answer(429, 100, 0), headers: new Headers() })
      const startMs = time.monotonicMs()
      const next = ask('next')
      await time.run(62_000)
      const granted = await next
      waits.push(granted.waitedMs)
      granted.release()
      expect(time.monotonicMs() - startMs).toBe(62_000)
    }
    expect(waits).toEqual([2_500, 4_500, 8_500, 16_500, 32_500, 60_500, 60_500, 60_500])
  })
})
