/** @module Any case of the proof of changes: what is asked for, and what happens to whom on the way. */

import fc from 'fast-check'
import { changeKinds } from './change-kinds.ts'
import { type Disturbance, disturbances } from './gate.ts'

const ALWAYS = 1_000

/** What becomes of the org's answers: of one, or of all of them. */
export interface Disturbed {
  readonly of: 'org'
  readonly disturbance: Disturbance
  readonly times: number
}

/** Who ends as the org gets the request, which it never sees then, or once it has done what it was asked for. */
export interface Ended<Who extends string> {
  readonly of: Who
  readonly at: Disturbance['at']
}

const kind = fc.constantFrom(...changeKinds)
const isKeyed = fc.boolean()

function ended<Who extends string>(of: Who): fc.Arbitrary<Ended<Who>> {
  const at = fc.constantFrom<Disturbance['at']>('before', 'after')
  return fc.record({ of: fc.constant(of), at })
}

function disturbed(of: readonly Disturbance[]): fc.Arbitrary<Disturbed> {
  return fc.record({
    of: fc.constant('org' as const),
    disturbance: fc.constantFrom(...of),
    times: fc.constantFrom(1, ALWAYS),
  })
}

/** Over the API, with a plan or without. */
export const anyApiCase = fc.record({
  kind,
  isKeyed,
  isPlanned: fc.boolean(),
  happening: fc.oneof(
    fc.constant({ of: 'nobody' } as const),
    fc.constant({ of: 'audit log' } as const),
    { weight: 4, arbitrary: ended('caller') },
    { weight: 20, arbitrary: disturbed(disturbances) },
  ),
})

const steps = [
  'before-transaction',
  'in-transaction',
  'before-commit',
  'after-transaction',
] as const

/** A server that is killed: at a step of its own, or by what the org sees of it. */
export const anyKilledServer = fc.record({
  kind,
  isKeyed,
  death: fc.oneof(
    fc.record({
      of: fc.constant('store' as const),
      step: fc.constantFrom(...steps),
      nth: fc.integer({ min: 1, max: 6 }),
    }),
    ended('server'),
  ),
})

// A command waits as long as it really takes.
const quick = disturbances.filter(({ how }) => how !== 'silence' && how !== 'rate limit')

/** A command that is killed, or whose answer is lost. */
export const anyCommand = fc.record({
  kind,
  isKeyed,
  happening: fc.oneof(ended('command'), disturbed(quick)),
})
