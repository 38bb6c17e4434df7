/** @module Cron expressions for property tests. */

import fc from 'fast-check'

/** Expressions that fire at least once a year. */
export const cronTexts = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
  .map((fields) => fields.join(' '))

/** One field: `*`, a step, or a list of values and ranges. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max })
  const range = fc
    .tuple(value, value, fc.option(fc.integer({ min: 1, max: 9 })))
    .map(([one, other, step]) => {
      const bounds = `${Math.min(one, other)}-${Math.max(one, other)}`
      return step === null ? bounds : `${bounds}/${step}`
    })
  const list = fc
    .array(fc.oneof(value.map(String), range), { minLength: 1, maxLength: 3 })
    .map((items) => items.join(','))
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((step) => `*/${step}`) },
    { weight: 2, arbitrary: list },
  )
}
