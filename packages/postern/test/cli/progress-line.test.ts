import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/cli/duration.ts'
import { formatProgress, type Standing } from '../../src/cli/progress-line.ts'

const standing: Standing = { what: 'users', records: 0, elapsedMs: 0, allowedMs: 0 }

describe('the line of progress', () => {
  test.each<[Partial<Standing>, string]>([
    [{}, '0 users'],
    [{ records: 1, elapsedMs: 1_000 }, '1 user, 1/s'],
    [{ records: 12_400, elapsedMs: 10_000 }, '12,400 users, 1,240/s'],
    [
      {
        records: 12_400,
        elapsedMs: 10_000,
        remaining: 12_400,
        budget: { left: 208, whole: 270, resetInMs: 50_000 },
      },
      '12,400 users, 1,240/s, rate budget 208 of 270, about 10 s left',
    ],
    [
      {
        records: 54_000,
        elapsedMs: 34_000,
        remaining: 46_000,
        budget: { left: 0, whole: 270, resetInMs: 26_000 },
        allowedMs: 26_000,
      },
      '54,000 users, 1,588/s, rate budget 0 of 270, the rate limit opens in 26 s, about 29 s left',
    ],
    [
      { records: 5, elapsedMs: 10_000, remaining: 100_000, allowedMs: 7_500_000 },
      '5 users, 0.5/s, about 55 h 33 min left',
    ],
  ])('of %j', (known, line) => {
    expect(formatProgress({ ...standing, ...known })).toBe(line)
  })
})

describe('a length of time', () => {
  test.each([
    [0, '0.0 s'],
    [440, '0.4 s'],
    [9_949, '9.9 s'],
    [14_400, '14 s'],
    [89_000, '89 s'],
    [180_000, '3 min'],
    [7_200_000, '2 h'],
    [7_500_000, '2 h 5 min'],
  ])('of %i ms is %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text)
  })

  test.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['7', undefined],
    ['7w', undefined],
    ['-7d', undefined],
    ['', undefined],
  ])('%j is read as %s ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs)
  })
})
