import { describe, expect, test } from 'vitest'
import { flawless, judge } from './checker.ts'

const events = ['a', 'b', 'c'].map((uuid) => ({ uuid, text: `{"uuid":"${uuid}"}` }))
const held = events.map(({ uuid: id, text }) => ({ id, text }))

describe('the checker of the proof', () => {
  test('finds nothing wrong with a sink that has every event once', () => {
    expect(judge(events, held.toReversed())).toEqual(flawless)
  })

  test('finds what is lost, twice, invented and changed', () => {
    const [a, b] = held
    const verdict = judge(
      events,
      [a, a, { id: 'x' }, { ...b, text: '{"uuid": "b"}' }].map((one) => ({ id: '', ...one })),
    )
    expect(verdict).toEqual({ lost: ['c'], duplicates: ['a'], invented: ['x'], changed: ['b'] })
  })
})
