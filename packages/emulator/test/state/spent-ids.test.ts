import { describe, expect, test } from 'vitest'
import { SpentIds } from '../../src/state/spent-ids.ts'

describe('spent ids', () => {
  test('are good once until their time is over', () => {
    const ids = new SpentIds()
    expect(ids.spend('one', 1_000, 0)).toBe(true)
    expect(ids.spend('one', 1_000, 999)).toBe(false)
    expect(ids.has('one', 999)).toBe(true)
    expect(ids.has('one', 1_000)).toBe(false)
    expect(ids.spend('one', 2_000, 1_000)).toBe(true)
  })

  test('are forgotten, so that their number stays that of what is still good', () => {
    const ids = new SpentIds()
    for (let now = 0; now < 50_000; now++) ids.spend(`id ${now}`, now + 300, now)
    expect(ids.size).toBeLessThan(2_000)
  })
})
