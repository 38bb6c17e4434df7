import { describe, expect, test } from 'vitest'
import { numberTicks, timeTicks } from '../../src/console/parts/chart-scale.ts'

describe('the axes of a chart', () => {
  test.each([
    [0, [0, 1]],
    [Number.NaN, [0, 1]],
    [1, [0, 1]],
    [7, [0, 5, 10]],
    [10, [0, 5, 10]],
    [1_234, [0, 500, 1_000, 1_500]],
  ])('go to a round number above %d', (largest, ticks) => {
    expect(numberTicks(largest)).toEqual(ticks)
  })

  test('have at most as many times as asked for, each of them round and within', () => {
    const from = new Date('2026-03-01T10:07:31Z')
    for (const seconds of [60, 3_000, 86_400, 31_536_000]) {
      const to = new Date(from.getTime() + seconds * 1_000)
      const ticks = timeTicks(from, to)
      expect(ticks.length).toBeGreaterThan(0)
      expect(ticks.length).toBeLessThanOrEqual(7)
      for (const tick of ticks) expect(tick >= from && tick <= to).toBe(true)
    }
    const [first] = timeTicks(from, new Date('2026-03-01T11:07:31Z'))
    expect(first).toEqual(new Date('2026-03-01T10:10:00Z'))
  })
})
