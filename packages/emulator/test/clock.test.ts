/** @module How the emulator prints times. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTime } from '../src/clock.ts'

const MAX_MS = 8_640_000_000_000_000

describe('formatTime', () => {
  test('prints every instant as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -MAX_MS, max: MAX_MS }), (epochMs) => {
        expect(formatTime(epochMs)).toBe(new Date(epochMs).toISOString())
      }),
    )
    const edges = [0, -1, 1, 86_399_999, 86_400_000, 951_782_400_000, MAX_MS, -MAX_MS, 0.5, -0.5]
    for (const edge of edges) expect(formatTime(edge)).toBe(new Date(edge).toISOString())
  })

  test('refuses what is no instant, and prints null for none', () => {
    expect(() => formatTime(Number.NaN)).toThrow(RangeError)
    expect(() => formatTime(MAX_MS + 86_400_000)).toThrow(RangeError)
    expect(formatTime(null)).toBeNull()
  })
})
