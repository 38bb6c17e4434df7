/** @module How far a complete read is, as it is kept. */

import { describe, expect, test } from 'vitest'
import { parseSweepState, type SweepState, sweepStateJson } from '../../src/feeds/sweep-state.ts'

const least: SweepState = {
  generation: 3,
  phase: 'reading',
  startedAt: new Date('2026-01-15T12:00:00.000Z'),
  seen: 250,
  reach: {},
}
const whole: SweepState = {
  ...least,
  cursor: '/api/v1/users?after=00u1',
  reach: { scopes: ['okta.users.read'], roles: ['READ_ONLY_ADMIN'] },
  trusted: { scopes: ['okta.users.read'] },
  completedSince: new Date('2026-01-14T12:00:00.000Z'),
  resyncedBy: 2,
  nextAt: new Date('2026-01-16T12:00:00.000Z'),
}

describe('the state of a sweep', () => {
  test.each(['reading', 'judging', 'done'] as const)('comes back as it was kept, %s', (phase) => {
    const stored = JSON.parse(JSON.stringify(sweepStateJson({ ...whole, phase })))
    expect(parseSweepState(stored)).toEqual({ ...whole, phase })
  })

  test('has nothing that is not known', () => {
    const stored = sweepStateJson(least)
    expect(stored).toEqual({
      ...{ generation: 3, phase: 'reading', seen: 250, reach: {} },
      startedAt: '2026-01-15T12:00:00.000Z',
    })
    expect(parseSweepState(stored)).toEqual(least)
  })

  test.each([
    ['nothing', {}],
    [
      'what is of another kind',
      {
        ...{ generation: '1', phase: 'resting', startedAt: 'soon', cursor: 7, seen: null },
        ...{ reach: [], trusted: 'all', completedSince: 7, resyncedBy: 0, nextAt: '' },
      },
    ],
  ])('of %s is that of a sweep that never was', (_what, stored) => {
    expect(parseSweepState(stored)).toEqual({
      ...{ generation: 0, phase: 'done', startedAt: new Date(0), seen: 0, reach: {} },
    })
  })

  test('has texts alone of what a credential may see', () => {
    const stored = { reach: { scopes: ['okta.users.read', 7], roles: 'all' } }
    expect(parseSweepState(stored).reach).toEqual({ scopes: ['okta.users.read'], roles: [] })
  })
})
