import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextRun, nextRunAfterSetBack } from '../../src/feeds/next-run.ts'
import { parseCron } from '../../src/jobs/cron.ts'
import { nextFires } from '../../src/jobs/next.ts'

const FIVE_MINUTES = parseCron('*/5 * * * *', 'UTC')
const NOON = new Date('2026-01-15T12:00:00Z')

const feedIds = fc.string({ minLength: 1 })
const feedCounts = fc.integer({ min: 1, max: 100_000 })
const expressions = fc.constantFrom(
  '*/5 * * * *',
  '* * * * *',
  '30 1 * * *',
  '0 3 * * 1',
  '7,9 * * * *',
)
const zones = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe')
const crons = fc.tuple(expressions, zones).map(([text, zone]) => parseCron(text, zone))

describe('nextRun', () => {
  test('a feed alone is due when its schedule says', () => {
    const due = nextRun(FIVE_MINUTES, { feedId: 'one', feeds: 1, now: NOON })
    expect(due).toEqual(new Date('2026-01-15T12:05:00Z'))
  })

  test('a run that was late is followed by the next fire, not by those that have passed', () => {
    const last = new Date('2026-01-15T09:00:00Z')
    const due = nextRun(FIVE_MINUTES, { feedId: 'one', feeds: 1, now: NOON, last })
    expect(due).toEqual(new Date('2026-01-15T12:05:00Z'))
  })

  test('a clock that is set back brings no fire a second time', () => {
    const now = new Date('2026-01-15T11:50:00Z')
    const due = nextRun(FIVE_MINUTES, { feedId: 'one', feeds: 1, now, last: NOON })
    expect(due).toEqual(new Date('2026-01-15T12:05:00Z'))
  })

  test('runs that are on time take each fire once, whatever the share of the feed', () => {
    const starts = fc.date({
      min: new Date('2026-10-30T00:00:00Z'),
      max: new Date('2026-11-02T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(crons, starts, feedIds, feedCounts, (cron, start, feedId, feeds) => {
        const lateMs = 400
        let last = nextRun(cron, { feedId, feeds, now: start })
        const dues = [last]
        for (let run = 1; run < 20; run++) {
          const now = new Date(last.getTime() + lateMs)
          last = nextRun(cron, { feedId, feeds, now, last })
          dues.push(last)
        }
        const first = new Date((dues[0]?.getTime() ?? 0) - 300_000)
        const fires = nextFires(cron, first, 40)
        // Each is between its fire and the one after, so their ranks are consecutive.
        const ranks = dues.map((due) => fires.filter((fire) => fire <= due).length)
        expect(ranks).toEqual(ranks.map((_, index) => (ranks[0] ?? 0) + index))
      }),
      { numRuns: 40 },
    )
  })

  test('it is always later than now', () => {
    const anyTime = fc.date({
      min: new Date('2020-01-01T00:00:00Z'),
      max: new Date('2030-01-01T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(
        crons,
        anyTime,
        anyTime,
        feedIds,
        feedCounts,
        (cron, now, last, feedId, feeds) => {
          expect(nextRun(cron, { feedId, feeds, now, last }) > now).toBe(true)
        },
      ),
    )
  })
})

describe('nextRunAfterSetBack', () => {
  const at = (time: string) => new Date(`2026-01-15T${time}Z`)
  const brought = (due: string) =>
    nextRunAfterSetBack(FIVE_MINUTES, at(due), { feedId: 'one', feeds: 1, now: NOON })

  test('a run that is due within two fires or ten minutes stays, so that none comes twice', () => {
    expect(['12:05:00', '12:10:00'].map(brought)).toEqual([undefined, undefined])
  })

  test('one that would let the feed rest for longer is due at the next fire', () => {
    expect(['12:15:00', '23:55:00'].map(brought)).toEqual([at('12:05:00'), at('12:05:00')])
  })
})
