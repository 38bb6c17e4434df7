import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/console/feeds/feed.ts'
import { figuresOf } from '../../src/console/feeds/figures.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')

describe('the records of runs by their time', () => {
  test('stand in the bin of the beginning of their run, those of failed runs apart', () => {
    const runs = [run(1, 5), run(1, 7), run(30, 11, 'failed'), run(100, 2)]
    const { at, binSeconds, records, failed } = figuresOf(runs, NOW)
    expect(binSeconds).toBe(300)
    expect(at.at(-1)).toEqual(new Date('2026-03-01T12:00:00Z'))
    expect(sum(records)).toBe(14)
    expect(records.at(-2)).toBe(12)
    expect(sum(failed)).toBe(11)
    expect(failed.at(-7)).toBe(11)
  })

  test('are none where nothing has run', () => {
    expect(figuresOf([], NOW).at).toEqual([])
  })
})

function run(minutesAgo: number, records: number, outcome: 'ok' | 'failed' = 'ok'): Run {
  const startedAt = new Date(NOW - minutesAgo * 60_000).toISOString()
  const report = { records, emitted: 0, batches: 0, requests: 0, waitedMs: 0, notes: [] }
  return { id: startedAt, trigger: 'request', startedAt, outcome, report }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
