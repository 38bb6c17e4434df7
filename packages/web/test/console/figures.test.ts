import { describe, expect, test } from 'vitest'
import { spanQuery } from '../../src/console/feeds/figures.ts'

const NOW = Date.parse('2026-03-01T12:10:30Z')

describe('the span of a chart', () => {
  test('ends with the part in which it is now, and has parts that begin at round times', () => {
    expect(spanQuery('hour', NOW)).toEqual({
      ...{ from: '2026-03-01T11:11:00.000Z', to: '2026-03-01T12:11:00.000Z', bins: 60 },
    })
    expect(spanQuery('day', NOW)).toMatchObject({
      ...{ from: '2026-02-28T12:30:00.000Z', to: '2026-03-01T12:30:00.000Z' },
    })
  })

  test('is the same until that part is over', () => {
    expect(spanQuery('week', NOW + 3_600_000)).toEqual(spanQuery('week', NOW))
  })
})
