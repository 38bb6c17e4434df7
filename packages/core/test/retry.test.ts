import { waitBeforeRetry } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomFraction, untilResetMs } from '../src/retry.ts'

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

  const at = orgTime.getTime() / 1_000
  test.each([
    ['retry-after of two digits', { 'retry-after': '12' }, 12_500],
    ['both of two resets', { 'x-rate-limit-reset': `${at + 10} , ${at + 20}` }, 20_500],
    ['a retry-after that has passed', { 'retry-after': 'Thu, 15 Jan 2026 11:59:00 GMT' }, 1_500],
  ])('a 429 waits for %s', (_what, headers, waitMs) => {
    const failed = { attempt: 2, status: 429, headers: new Headers(headers), orgTime }
    expect(waitBeforeRetry(failed, { random })).toBe(waitMs)
  })

  // The second wait without a header is 3 s.
  test.each([
    ['no header', {}],
    ['text behind a reset', { 'x-rate-limit-reset': `${at + 10}x` }],
    ['text before a reset', { 'x-rate-limit-reset': `x${at + 10}` }],
    ['one reset of two that is none', { 'x-rate-limit-reset': `${at + 10}, soon` }],
  ])('a 429 with %s waits as if nothing was said', (_what, headers) => {
    const failed = { attempt: 2, status: 429, headers: new Headers(headers), orgTime }
    expect(waitBeforeRetry(failed, { random })).toBe(3_000)
  })

  test.each(['-1', '1.5', '7 s', 's 7', '1234567', 'soon', 'Thu, 45 Jan 2026 12:00:20 GMT'])(
    'a retry-after of %s says nothing, and the reset counts',
    (retryAfter) => {
      const headers = resetIn(10)
      headers.set('retry-after', retryAfter)
      const failed = { attempt: 1, status: 429, headers, orgTime }
      expect(waitBeforeRetry(failed, { random })).toBe(10_500)
    },
  )

  test.each([
    ['as it says', '7', 7_500],
    ['a second at least', '0', 1_500],
  ])('a 503 with retry-after waits %s', (_what, retryAfter, waitMs) => {
    const headers = new Headers({ 'retry-after': retryAfter })
    expect(waitBeforeRetry({ attempt: 3, status: 503, headers, orgTime }, { random })).toBe(waitMs)
  })

  test('is no longer than the limit where nobody says how long', () => {
    const failed = { attempt: 3, status: 503, orgTime }
    expect(waitBeforeRetry(failed, { random, maxWaitMs: 1_000 })).toBe(1_000)
  })

  test('ends with the third attempt where nobody says how many', () => {
    expect(waitBeforeRetry({ attempt: 3, status: 503, orgTime }, { random })).toBe(6_000)
    expect(waitBeforeRetry({ attempt: 4, status: 503, orgTime }, { random })).toBeUndefined()
  })

  test('a reset is of a limit: another answer does not wait for it', () => {
    const failed = { attempt: 1, status: 503, headers: resetIn(30), orgTime }
    expect(waitBeforeRetry(failed, { random })).toBe(1_500)
  })

  test('a wait beyond the limit is none, one as long as the limit is waited', () => {
    const failed = { attempt: 1, status: 429, headers: resetIn(120), orgTime }
    expect(waitBeforeRetry(failed, { random })).toBeUndefined()
    expect(waitBeforeRetry(failed, { random, maxWaitMs: 120_499 })).toBeUndefined()
    expect(waitBeforeRetry(failed, { random, maxWaitMs: 120_500 })).toBe(120_500)
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

describe('untilResetMs', () => {
  test.each([
    [-5, 1_000],
    [0, 1_000],
    [1, 1_000],
    [2, 2_000],
    [65, 65_000],
    [66, undefined],
  ])('a reset in %i s is waited for within a window', (seconds, waitMs) => {
    expect(untilResetMs(resetIn(seconds), orgTime)).toBe(waitMs)
  })

  test('is nothing where no header says it', () => {
    expect(untilResetMs(new Headers(), orgTime)).toBeUndefined()
  })
})

test('a random fraction is in [0, 1), and another one each time', () => {
  const fractions = Array.from({ length: 1_000 }, randomFraction)
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true)
  expect(new Set(fractions).size).toBeGreaterThan(900)
  expect(Math.max(...fractions)).toBeGreaterThan(0.5)
})
