import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isVerificationDue, windowAt } from '../../src/feeds/verification.ts'

const HOUR_MS = 3_600_000
const now = new Date('2026-03-30T12:00:00.000Z')
const begin = new Date('2026-01-01T00:00:00.000Z')
const before = (hours: number) => new Date(now.getTime() - hours * HOUR_MS)

describe('windowAt', () => {
  test('is the day that ended two hours ago', () => {
    const window = { from: before(26), to: before(2), checked: 0, missing: 0 }
    expect(windowAt(now, { begin })).toEqual(window)
  })

  test('begins no earlier than the feed, and is none where nothing of it has settled', () => {
    expect(windowAt(now, { begin: before(5) })?.from).toEqual(before(5))
    expect(windowAt(now, { begin: before(1) })).toBeUndefined()
  })

  test('is a whole day also where the last one ended a moment ago', () => {
    expect(windowAt(now, { begin, checkedTo: before(3) })?.from).toEqual(before(26))
  })

  test('goes back no further than the ledger, which keeps three days', () => {
    expect(windowAt(now, { begin, checkedTo: before(500) })?.from).toEqual(before(50))
  })

  test('leaves nothing out between two, however long one takes and however late the next one comes', () => {
    const tookMs = fc.integer({ min: 0, max: 6 * HOUR_MS })
    const lateMs = fc.integer({ min: 0, max: 18 * HOUR_MS })
    fc.assert(
      fc.property(tookMs, lateMs, (took, late) => {
        const first = windowAt(now, { begin })
        const at = new Date(now.getTime() + took)
        const next = new Date(at.getTime() + 24 * HOUR_MS + late)
        expect(isVerificationDue(at, next)).toBe(true)
        const second = windowAt(next, { begin, checkedTo: first?.to })
        expect(second?.from.getTime()).toBeLessThanOrEqual(first?.to.getTime() ?? 0)
      }),
    )
  })
})
