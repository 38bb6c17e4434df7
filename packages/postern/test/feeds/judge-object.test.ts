/** @module Which sight of an object counts. */

import { describe, expect, test } from 'vitest'
import { advanceWatermark } from '../../src/feeds/incremental.ts'
import { judgeObject } from '../../src/feeds/judge-object.ts'

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))

const known = { hash: 'a', last_updated: at(10), changed_at: at(11), deleted_at: null }
const sight = { hash: 'b', lastUpdated: at(10), isCurrent: false, now: at(15) }

describe('an object that was seen', () => {
  test.each([
    ['is new where nothing is known of it', undefined, sight, 'new'],
    ['is the same where it says the same', known, { ...sight, hash: 'a' }, 'same'],
    ['changed where its time is later', known, { ...sight, lastUpdated: at(12) }, 'changed'],
    ['is older where its time is earlier', known, { ...sight, lastUpdated: at(9) }, 'older'],
    [
      'changed where it was read by its id, whatever its time',
      known,
      { ...sight, lastUpdated: at(9), isCurrent: true },
      'changed',
    ],
    [
      'is doubtful where it has the time of what was taken over a moment ago',
      known,
      sight,
      'doubtful',
    ],
    [
      'changed where it has the time of what was taken over long ago',
      known,
      { ...sight, now: at(30) },
      'changed',
    ],
    [
      'is doubtful in an index where it is gone',
      { ...known, deleted_at: at(12) },
      { ...sight, lastUpdated: at(13) },
      'doubtful',
    ],
    [
      'came back where it is read by its id',
      { ...known, deleted_at: at(12) },
      { ...sight, isCurrent: true },
      'changed',
    ],
  ])('%s', (_what, row, seen, judgement) => {
    expect(judgeObject(row, seen)).toBe(judgement)
  })
})

describe('the watermark', () => {
  test.each([
    ['stays where nothing was seen', { seen: undefined, startedAt: at(30) }, at(10)],
    ['stays where only earlier changes were seen', { seen: at(5), startedAt: at(30) }, at(10)],
    ['goes on to the latest change that was seen', { seen: at(20), startedAt: at(30) }, at(20)],
    [
      'goes no further than the moment when the pass began',
      { seen: at(40), startedAt: at(30) },
      at(30),
    ],
  ])('%s', (_what, pass, after) => {
    expect(advanceWatermark(at(10), pass)).toEqual(after)
  })
})
