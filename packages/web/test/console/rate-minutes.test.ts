import { expect, test } from 'vitest'
import { rateMinutes } from '../../src/console/connections/rate-minutes.ts'

const NOW = Date.parse('2026-03-01T12:10:30Z')

test('a minute has the most that was used in it, and the budget goes on until another is told', () => {
  const minutes = rateMinutes(
    [
      { at: '2026-03-01T12:08:10Z', used: 4, budget: 300 },
      { at: '2026-03-01T12:08:20Z', used: 9, budget: 300 },
      { at: '2026-03-01T12:08:50Z', used: 2, budget: 300 },
      { at: '2026-03-01T12:10:00Z', used: 1, budget: 150 },
    ],
    NOW,
  )
  expect(minutes).toHaveLength(60)
  expect(minutes.slice(-4)).toEqual([
    { at: new Date('2026-03-01T12:07:00Z'), used: 0, budget: 300 },
    { at: new Date('2026-03-01T12:08:00Z'), used: 9, budget: 300 },
    { at: new Date('2026-03-01T12:09:00Z'), used: 0, budget: 300 },
    { at: new Date('2026-03-01T12:10:00Z'), used: 1, budget: 150 },
  ])
})
