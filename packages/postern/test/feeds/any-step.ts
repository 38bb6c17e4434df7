/** @module Where in a run something happens, and how much there is to read in it: by seed. */

import fc from 'fast-check'
import { type Step, usualCounts } from './steps.ts'

const steps = Object.keys(usualCounts) as readonly Step[]

/** Any step, and its how many-th. */
export const anyStep: fc.Arbitrary<{ readonly step: Step; readonly nth: number }> = fc
  .constantFrom(...steps)
  .chain((step) =>
    fc.record({ step: fc.constant(step), nth: fc.integer({ min: 1, max: usualCounts[step] }) }),
  )

/** How many events there are to read: now and then more than a page. */
export const someEvents: fc.Arbitrary<number> = fc.oneof(
  { weight: 7, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_001, max: 1_500 }) },
)
