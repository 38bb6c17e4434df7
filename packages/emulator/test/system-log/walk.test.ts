import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { type LogOrg, type Page, startLogOrg, startMs } from './log-reader.ts'

const HOUR_MS = 3_600_000

/** What happens between two pages. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('poll'), limit: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance'),
      byMs: fc.integer({ min: 0, max: HOUR_MS }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('advance'),
      byMs: fc.integer({ min: -24 * HOUR_MS, max: 0 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('write'), count: fc.integer({ min: 1, max: 5 }) }),
  },
)

const scenario = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  logLagMs: fc.constantFrom(0, 1, 500, HOUR_MS),
  emptyPollCursor: fc.constantFrom('kept' as const, 'advanced' as const),
  perSecond: fc.constantFrom(0, 0.01, 0.05),
  lateShare: fc.constantFrom(0, 0.3, 1),
  maxLateMs: fc.constantFrom(1, 60_000, 6 * HOUR_MS),
  burst: fc.record({
    afterMs: fc.integer({ min: 0, max: HOUR_MS }),
    count: fc.integer({ min: 1, max: 60 }),
  }),
  steps: fc.array(step, { maxLength: 25 }),
})

describe('a walk along next links', () => {
  test('returns every event once, in the order of the ledger, whatever is late and however clocks move', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        const { logLagMs, emptyPollCursor, seed } = drawn
        const log = await startLogOrg({ seed, assumptions: { logLagMs, emptyPollCursor } })
        try {
          const seen = await walk(log, drawn)
          const expected = log.org.ledger
            .read()
            .flatMap((entry) => (entry.kind === 'event' ? [entry.uuid] : []))
          expect(seen).toEqual(expected)
          expect(new Set(seen).size).toBe(seen.length)
          expect(log.unexpected).toEqual([])
        } finally {
          await log.close()
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

type Scenario = typeof scenario extends fc.Arbitrary<infer Drawn> ? Drawn : never

async function walk(log: LogOrg, drawn: Scenario): Promise<readonly string[]> {
  const { perSecond, lateShare, maxLateMs, burst } = drawn
  const bursts = [{ atMs: startMs + burst.afterMs, count: burst.count }]
  const traffic = startTraffic(log.org, { perSecond, lateShare, maxLateMs, bursts })
  const seen: string[] = []
  let page: Page = await log.read({ since: new Date(startMs - HOUR_MS).toISOString() })
  const turn = async (limit: number) => {
    page = await log.read((page.next ?? '').replace(/limit=\d+/, `limit=${limit}`))
    expect(page.status).toBe(200)
    seen.push(...page.uuids)
  }
  seen.push(...page.uuids)
  for (const drawnStep of drawn.steps) {
    if ('byMs' in drawnStep) log.clock.advance(drawnStep.byMs)
    else if ('limit' in drawnStep) await turn(drawnStep.limit)
    else for (let index = 0; index < drawnStep.count; index++) log.write(`written.${index}`)
  }
  traffic.stop()
  // Beyond everything that was set back and everything that is late.
  log.clock.advance(26 * 24 * HOUR_MS)
  do await turn(1_000)
  while (page.uuids.length > 0)
  return seen
}
