import { waitBeforeRetry } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const orgTime = new Date('2026-01-15T12:00:00Z')
const random = () => 0.5
const resetIn = (seconds: number) =>
  new Headers({ 'x-rate-limit-reset': String(orgTime.getTime() / 1_000 + seconds) })

describe('waitBeforeRetry', () => {
  test.each([200, 204, 301, 400, 401, 403, 404, 501, 505])(
    '%i is an answer, not a failure',
    (status) => {
      expect(waitBeforeRetry({ attempt: 1, status, orgTime }, { random })).toBeUndefined()
    },
  )

  test.each([undefined, 408, 429, 500, 502, 503, 504])('%s is tried again', (status) => {
    expect(waitBeforeRetry({ attempt: 1, status, orgTime }, { random })).toBeGreaterThan(0)
  })

  test.each([
    ['x-rate-limit-reset', resetIn(10), 10_500],
    ['a reset in the past', resetIn(-5), 1_500],
    ['retry-after in seconds', new Headers({ 'retry-after': '7' }), 7_500],
    [
      'retry-after as a date',
      new Headers({ 'retry-after': 'Thu, 15 Jan 2026 12:00:20 GMT' }),
      20_500,
    ],
    ['an unreadable reset', new Headers({ 'x-rate-limit-reset': 'soon' }), 1_500],
    ['no header', new Headers(), 1_500],
  ])('a 429 with %s waits as long', (_what, headers, waitMs) => {
    expect(waitBeforeRetry({ attempt: 1, status: 429, headers, orgTime }, { random })).toBe(waitMs)
  })

  test('a wait beyond the limit is none', () => {
    const failed = { attempt: 1, status: 429, headers: resetIn(120), orgTime }
    expect(waitBeforeRetry(failed, { random })).toBeUndefined()
    expect(waitBeforeRetry(failed, { random, maxWaitMs: 121_000 })).toBe(120_500)
  })

  test('waits grow, stay within bounds, and end with the attempts', () => {
    const attempts = fc.integer({ min: 1, max: 40 })
    const fractions = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(attempts, attempts, fractions, (attempt, maxAttempts, fraction) => {
        const options = { maxAttempts, random: () => fraction }
        const waitMs = waitBeforeRetry({ attempt, status: 503, orgTime }, options)
        if (attempt >= maxAttempts) return waitMs === undefined
        const ceiling = Math.min(20_000, 2_000 * 2 ** (attempt - 1))
        return waitMs !== undefined && waitMs >= ceiling / 2 - 1 && waitMs <= ceiling
      }),
    )
  })
})
