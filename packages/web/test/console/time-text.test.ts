import { describe, expect, test } from 'vitest'
import { durationText, relativeText } from '../../src/console/parts/time-text.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')

describe('how long ago something was', () => {
  test.each([
    [0, 'just now'],
    [1, 'just now'],
    [-44, 'just now'],
    [44, 'in a moment'],
    [-60, '1m ago'],
    [-3_600, '60m ago'],
    [-5_400, '2h ago'],
    [7_200, 'in 2h'],
    [-86_400, '24h ago'],
    [-172_800, '2d ago'],
    [31_536_000 * 2, 'in 2y'],
  ])('is said of %i seconds as "%s"', (seconds, said) => {
    expect(relativeText(new Date(NOW + seconds * 1_000), NOW)).toBe(said)
  })

  test.each([
    [0.04, '0 s'],
    [3.26, '3.3 s'],
    [89, '89 s'],
    [90, '2 min'],
    [5_400, '1 h 30 min'],
    [7_200, '2 h'],
    [172_800, '2 d'],
  ])('and how long something took, of %d seconds as "%s"', (seconds, said) => {
    expect(durationText(seconds)).toBe(said)
  })
})
