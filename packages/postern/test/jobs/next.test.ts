import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { iterateCron, parseCron } from '../../src/jobs/cron.ts'
import { nextFire, nextFires, periodAfter } from '../../src/jobs/next.ts'
import { spreadMs } from '../../src/jobs/spread.ts'
import { wallTimeOf } from '../../src/jobs/zone.ts'
import { cronTexts } from './cron-texts.ts'

const ZONES = ['UTC', 'America/New_York', 'Europe/Prague', 'Australia/Lord_Howe', 'Asia/Kolkata']

// The clocks of each of these change in this time.
const instants = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2027-12-31T00:00:00Z'),
  noInvalidDate: true,
})

// Within hours of a change of the clocks: New York, Prague, Lord Howe.
const changes = fc
  .tuple(
    fc.constantFrom(
      ...['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '2026-03-29T01:00:00Z'],
      ...['2026-10-25T01:00:00Z', '2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
    ),
    fc.integer({ min: -14_400_000, max: 14_400_000 }),
  )
  .map(([change, byMs]) => new Date(Date.parse(change) + byMs))

const crons = fc
  .tuple(cronTexts, fc.constantFrom(...ZONES))
  .map(([text, timezone]) => parseCron(text, timezone))

describe('nextFires', () => {
  test('every fire is later than the one before, and a whole minute', () => {
    fc.assert(
      fc.property(crons, fc.oneof(instants, changes), (cron, after) => {
        let before = after
        for (const fire of nextFires(cron, after, 6)) {
          expect(fire.getTime()).toBeGreaterThan(before.getTime())
          expect(fire.getTime() % 60_000).toBe(0)
          before = fire
        }
      }),
    )
  })

  test('every fire is a wall time that matches, but for those of an hour that is left out', () => {
    fc.assert(
      fc.property(crons, fc.oneof(instants, changes), (cron, after) => {
        for (const fire of nextFires(cron, after, 6)) {
          const { expression, timezone } = cron
          const wall = new Date(wallTimeOf(timezone, fire))
          const isMatch = iterateCron(expression, 0).includesDate(wall)
          expect(isMatch || isAfterGap(timezone, fire)).toBe(true)
        }
      }),
    )
  })

  test('the one that is remembered is the one that would be found', () => {
    const near = fc.array(fc.tuple(changes, fc.nat(7_200_000)), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(crons, near, (cron, asked) => {
        for (const [change, laterMs] of [...asked, ...asked.toReversed()]) {
          const after = new Date(change.getTime() + laterMs)
          expect([nextFire(cron, after)]).toEqual(nextFires(cron, after, 1))
        }
      }),
    )
  })

  test('an expression that names hours fires once at each local time', () => {
    const named = crons.filter(({ expression }) => expression.split(' ')[1] !== '*')
    fc.assert(
      fc.property(named, changes, (cron, after) => {
        const fires = nextFires(cron, after, 30).map((fire) => wallTimeOf(cron.timezone, fire))
        expect(fires).toEqual([...new Set(fires)])
      }),
    )
  })

  test('asking on from each fire gives the same as asking once', () => {
    fc.assert(
      fc.property(crons, fc.oneof(instants, changes), (cron, after) => {
        const oneByOne: Date[] = []
        for (let last = after; oneByOne.length < 8; ) {
          const [fire = last] = nextFires(cron, last, 1)
          oneByOne.push(fire)
          last = fire
        }
        expect(oneByOne).toEqual(nextFires(cron, after, 8))
      }),
      { numRuns: 300 },
    )
  })

  test('what runs every five minutes goes on through an hour that comes twice', () => {
    const cron = parseCron('*/5 * * * *', 'America/New_York')
    const after = new Date('2026-11-01T04:00:00Z')
    const expected = Array.from(
      { length: 48 },
      (_, i) => new Date(after.getTime() + 300_000 * (i + 1)),
    )
    expect(nextFires(cron, after, 48)).toEqual(expected)
  })

  test('clocks that are set by half an hour stop nothing', () => {
    const cron = parseCron('0 0,2 * * *', 'Australia/Lord_Howe')
    const fires = nextFires(cron, new Date('2026-04-04T12:00:00Z'), 3)
    expect(fires).toEqual(
      ['2026-04-04T13:00:00Z', '2026-04-04T15:30:00Z', '2026-04-05T13:30:00Z'].map(
        (at) => new Date(at),
      ),
    )
  })

  test('who asks within the repeated hour is not given a fire that has been', () => {
    const cron = parseCron('30 1 * * *', 'America/New_York')
    const fires = nextFires(cron, new Date('2026-11-01T05:45:00Z'), 1)
    expect(fires).toEqual([new Date('2026-11-02T06:30:00Z')])
  })

  test('who asks right after the hour that is left out is given its fire', () => {
    const cron = parseCron('30 2 * * *', 'America/New_York')
    const fires = nextFires(cron, new Date('2026-03-08T07:10:00Z'), 1)
    expect(fires).toEqual([new Date('2026-03-08T07:30:00Z')])
  })
})

describe('spreadMs', () => {
  test('a feed alone begins when its schedule says', () => {
    expect(spreadMs('feed', { periodMs: 300_000, feeds: 1 })).toBe(0)
  })

  test('it is stable, and ends before the next fire', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(100_000),
        fc.integer({ min: 60_000 }),
        (id, feeds, periodMs) => {
          const ms = spreadMs(id, { periodMs, feeds })
          expect(ms).toBe(spreadMs(id, { periodMs, feeds }))
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThan(periodMs)
        },
      ),
    )
  })

  test('of 40,000 feeds that are due every five minutes no second has more than 200', () => {
    const periodMs = periodAfter(parseCron('*/5 * * * *', 'UTC'), new Date('2026-01-15T12:00:00Z'))
    const seconds = new Map<number, number>()
    for (let i = 0; i < 40_000; i++) {
      const second = Math.floor(spreadMs(`feed-${i}`, { periodMs, feeds: 40_000 }) / 1_000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
    }
    expect(seconds.size).toBe(300)
    expect(Math.max(...seconds.values())).toBeLessThan(200)
  })
})

/** Whether the clocks went forward within the hours before. */
function isAfterGap(timezone: string, fire: Date): boolean {
  const before = new Date(fire.getTime() - 7_200_000)
  return wallTimeOf(timezone, fire) - wallTimeOf(timezone, before) > 7_200_000
}
