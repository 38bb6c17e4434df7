import { expect, test } from 'vitest'
import { RateHistory } from '../../src/connections/rate-history.ts'

test('a step has the most that was used in its ten seconds, and the last hour is kept', () => {
  let now = new Date('2026-11-30T12:00:03Z')
  const history = new RateHistory(() => now)
  const note = (left: number) =>
    history.note('users', { limitPerMinute: 100, budget: 90, left, resetInMs: 0, refusals: 0 })
  note(80)
  note(60)
  note(89)
  now = new Date('2026-11-30T12:00:10Z')
  note(85)
  history.note('users', undefined)
  history.note('apps', { resetInMs: 0, refusals: 0 })
  const step = (at: string, used: number) => ({ at: new Date(at), used, budget: 90, limit: 100 })
  expect(history.of('users')).toEqual([
    step('2026-11-30T12:00:00Z', 30),
    step('2026-11-30T12:00:10Z', 5),
  ])
  expect(history.of('apps')).toEqual([])
  now = new Date('2026-11-30T13:00:05Z')
  expect(history.of('users')).toEqual([step('2026-11-30T12:00:10Z', 5)])
})

test('only so many buckets are remembered', () => {
  const history = new RateHistory(() => new Date(0))
  const view = { limitPerMinute: 10, budget: 9, left: 8, resetInMs: 0, refusals: 0 }
  for (let bucket = 0; bucket < 60; bucket++) history.note(`bucket${bucket}`, view)
  expect(history.of('bucket49')).toHaveLength(1)
  expect(history.of('bucket50')).toEqual([])
})
