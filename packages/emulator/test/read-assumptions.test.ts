import { describe, expect, test } from 'vitest'
import { assumptions, readAssumptions, SetupError } from '../src/index.ts'

const refusal = (given: Readonly<Record<string, unknown>>) => {
  try {
    readAssumptions(given)
  } catch (error) {
    if (error instanceof SetupError) return [error.code, error.remedy]
  }
  return undefined
}

describe('a quantity', () => {
  test.each([
    ['groupsDefaultLimit', 1],
    ['indexLagMs', 0],
    ['clockLeniencySeconds', 0.5],
    ['logCursorDays', 0.25],
  ])('%s may be %d, as a number and as a text', (name, value) => {
    expect(readAssumptions({ [name]: value })).toEqual({ [name]: value })
    expect(readAssumptions({ [name]: String(value) })).toEqual({ [name]: value })
  })

  const rows = 'Give a whole number of rows, 1 or more.'
  const ms = 'Give a whole number of ms, 0 or more.'
  const seconds = 'Give a number of seconds, 0 or more.'
  test.each([
    ['groupsDefaultLimit', 0.5, rows],
    ['groupsDefaultLimit', 0, rows],
    ['groupsDefaultLimit', '', rows],
    ['groupsDefaultLimit', 'ten', rows],
    ['indexLagMs', 0.5, ms],
    ['indexLagMs', -1, ms],
    ['indexLagMs', Number.POSITIVE_INFINITY, ms],
    ['clockLeniencySeconds', -0.5, seconds],
    ['clockLeniencySeconds', Number.NaN, seconds],
    ['clockLeniencySeconds', null, seconds],
  ])('%s cannot be %j', (name, value, remedy) => {
    expect(refusal({ [name]: value })).toEqual(['assumption_invalid', remedy])
  })

  test('has a default that it may be', () => {
    const quantities = Object.entries(assumptions).flatMap(([name, assumption]) =>
      'default' in assumption ? [[name, assumption.default] as const] : [],
    )
    expect(quantities.length).toBeGreaterThan(5)
    for (const [name, value] of quantities)
      expect(readAssumptions({ [name]: value })).toEqual({ [name]: value })
  })
})
