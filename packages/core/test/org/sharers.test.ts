import { Pacer } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedBucket } from '../../../../test/simulated-bucket.ts'
import { SimulatedTime } from '../../../../test/simulated-time.ts'

const MINUTE_MS = 60_000
// How long a process that joins waits until the others have seen it.
const SEEN_AFTER_MS = 2_000

interface Scenario {
  readonly limit: number
  readonly latencyMs: number
  readonly callers: number
  /** When each process begins, in milliseconds. */
  readonly startsMs: readonly number[]
}

/** Processes of which others begin at the times of `laterMs`. */
const scenariosOf = (laterMs: fc.Arbitrary<number>) =>
  fc.record({
    limit: fc.oneof(fc.integer({ min: 30, max: 60 }), fc.constantFrom(300, 600)),
    latencyMs: fc.integer({ min: 50, max: 1_500 }),
    callers: fc.integer({ min: 1, max: 10 }),
    startsMs: fc.array(laterMs, { minLength: 1, maxLength: 3 }).map((later) => [0, ...later]),
  })

// Two find the same little left of a window that another one has nearly used up.
const beginTogether: Scenario = { limit: 59, latencyMs: 286, callers: 7, startsMs: [0, 1, 1] }

const anyMs = fc.integer({ min: 1, max: 3 * MINUTE_MS })
/** Seen by the others only in the next window, which they have begun to spend as if alone. */
const isSeenLate = (ms: number) => ms % MINUTE_MS > MINUTE_MS - SEEN_AFTER_MS
const lateMs = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: SEEN_AFTER_MS }))
  .map(([windows, beforeMs]) => windows * MINUTE_MS - beforeMs)

/** Processes of one connection, each with callers that always have one more request to send. */
async function play({ limit, latencyMs, callers, startsMs }: Scenario) {
  const time = new SimulatedTime({ skewMs: 0 })
  const bucket = new SimulatedBucket(time, { limit, latencyMs: () => latencyMs })
  const stop = new AbortController()
  const pacers: Pacer[] = []
  const begin = () => {
    const pacer = new Pacer({ clock: time, random: () => 0.5 })
    pacer.sharers = pacers.length === 0 ? 1 : Number.POSITIVE_INFINITY
    pacers.push(pacer)
    time.after(SEEN_AFTER_MS, () => {
      for (const each of pacers) each.sharers = pacers.length
    })
    for (let caller = 0; caller < callers; caller++) ask(pacer).catch(() => undefined)
  }
  const ask = async (pacer: Pacer): Promise<never> => {
    for (;;) {
      const permit = await pacer.acquire('users', { priority: 'log', signal: stop.signal })
      permit.release(await bucket.ask(`process ${pacers.indexOf(pacer)}`, 'connection'))
    }
  }
  for (const startMs of startsMs) time.after(startMs, begin)
  await time.run(10 * MINUTE_MS)
  stop.abort()
  await time.run(0)
  return bucket.seen
}

describe('Pacers of several processes', () => {
  test('divide a limit without a 429, whenever in a window each of them begins', {
    timeout: 120_000,
  }, async () => {
    const scenarios = scenariosOf(anyMs.filter((ms) => !isSeenLate(ms)))
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const seen = await play(scenario)
        expect(seen.filter(({ refused }) => refused)).toEqual([])
      }),
      { numRuns: 60, examples: [[beginTogether]] },
    )
  })

  // Whoever is seen only after a window has begun finds some of its part spent. It cannot be given back; it is over with that window.
  test('that begin as a window ends get a 429 in the next one at most', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(scenariosOf(lateMs), async (scenario) => {
        const seen = await play(scenario)
        const beginMs = Math.floor((seen[0]?.sentMs ?? 0) / MINUTE_MS) * MINUTE_MS
        const next = scenario.startsMs.slice(1).map((ms) => Math.ceil(ms / MINUTE_MS))
        const refused = seen.filter((call) => call.refused)
        const windows = refused.map(({ windowEndMs }) => (windowEndMs - beginMs) / MINUTE_MS - 1)
        expect(next).toEqual(expect.arrayContaining(windows))
      }),
      { numRuns: 60 },
    )
  })

  test('use most of the share together', async () => {
    const seen = await play({ limit: 300, latencyMs: 200, callers: 5, startsMs: [0, 1, 2] })
    const beginMs = seen[0]?.sentMs ?? 0
    const settled = seen.filter(
      ({ sentMs }) => sentMs - beginMs > 2 * MINUTE_MS && sentMs - beginMs < 8 * MINUTE_MS,
    )
    // 90 % of 300 in each of six windows, less what the ends of windows cost.
    expect(settled.length).toBeGreaterThan(0.95 * 270 * 6)
    const each = Map.groupBy(settled, ({ caller }) => caller)
    expect([...each.values()].map(({ length }) => Math.round(length / 6 / 10))).toEqual([9, 9, 9])
  })
})

test('A pacer of which others took a part shows what is left of its own', async () => {
  const time = new SimulatedTime({ skewMs: 0 })
  const bucket = new SimulatedBucket(time, { limit: 100, latencyMs: () => 10 })
  const pacer = new Pacer({ clock: time })
  const asked = pacer.acquire('users', { priority: 'log' }).then(async (permit) => {
    permit.release(await bucket.ask('we'))
  })
  await time.run(100)
  await asked
  expect(pacer.view('users')).toMatchObject({ budget: 90, left: 89 })
  pacer.sharers = 3
  expect(pacer.view('users')).toMatchObject({ budget: 30, left: 29 })
})
