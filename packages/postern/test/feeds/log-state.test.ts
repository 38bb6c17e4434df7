/** @module Where reading of the System Log begins and goes on, and what of that is kept. */

import { PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import {
  afterOf,
  fromStored,
  isSame,
  type LogState,
  startAgain,
  startAt,
  stateBehind,
  toStored,
} from '../../src/feeds/log-state.ts'
import { isLostCursor, isLostLogCursor } from '../../src/feeds/lost-cursor.ts'
import { isSighted } from '../../src/feeds/sighted.ts'

const RETENTION_DAYS = 90
const now = new Date('2026-01-15T12:00:00.000Z')
const oldest = new Date('2025-10-17T12:00:00.000Z')
const at = (time: string) => new Date(`2026-01-15T${time}Z`)
const before = (moment: Date) => new Date(moment.getTime() - 1)

const state: LogState = {
  since: new Date('2026-01-01T00:00:00.000Z'),
  readUntil: at('11:30:00.000'),
  first: at('11:00:00.000'),
  page: '/api/v1/logs?after=c0',
}

const link = { cursor: '/api/v1/logs?after=c1', leadsBack: false, isFull: true }
/** A page with one event, which may not say when it was published. */
const pageUpTo = (last: Date | undefined) => ({
  records: [{ raw: new Uint8Array(), id: 'e-1' }],
  span: last && { from: last, to: last },
})

describe('reading begins', () => {
  test('with what the org still keeps, where nobody says when', () => {
    expect(startAt(undefined, now, RETENTION_DAYS)).toEqual({ since: oldest })
  })

  test.each([oldest, now])('at %s, which the org still keeps', (wanted) => {
    expect(startAt(wanted, now, RETENTION_DAYS)).toEqual({ since: wanted })
  })

  test('where the org begins to keep, with a gap where more was wanted', () => {
    const wanted = before(oldest)
    expect(startAt(wanted, now, RETENTION_DAYS)).toEqual({
      since: oldest,
      gap: { from: wanted, to: oldest },
    })
  })
})

describe('reading goes on without a cursor', () => {
  test.each([
    ['a quarter of an hour before the last page', {}, at('10:45:00.000')],
    [
      'a day before what was read, where no page had an event',
      { first: undefined },
      new Date('2026-01-14T11:30:00.000Z'),
    ],
    [
      'a day before what was read, however late the events of the last page came',
      { first: new Date('2026-01-10T00:00:00.000Z') },
      new Date('2026-01-14T11:30:00.000Z'),
    ],
    ['no earlier than where it began', { since: at('11:15:00.000') }, at('11:15:00.000')],
  ])('from %s', (_what, changed, since) => {
    expect(startAgain({ ...state, ...changed }, now, RETENTION_DAYS)).toEqual({ since })
  })

  test('from what the org still keeps, with the gap', () => {
    const long = new Date('2025-01-01T00:00:00.000Z')
    const stopped = { since: long, readUntil: long, first: long }
    const from = new Date('2024-12-31T23:45:00.000Z')
    expect(startAgain({ ...stopped, since: from }, now, RETENTION_DAYS)).toEqual({
      since: oldest,
      gap: { from, to: oldest },
    })
  })
})

describe('reading goes on behind a page without a link', () => {
  test.each([
    ['a quarter of an hour before its last event', at('11:45:00.000'), at('11:30:00.000')],
    ['where it began, where the page does not say when', undefined, state.since],
    [
      'a quarter of an hour ago, where its last event is to come',
      at('12:30:00.000'),
      at('11:45:00.000'),
    ],
    ['no earlier than where it began', new Date('2025-12-31T00:00:00.000Z'), state.since],
  ])('from %s', (_what, last, since) => {
    const page = pageUpTo(last)
    expect(stateBehind(state, page, { ...link, cursor: undefined }, now)).toMatchObject({ since })
  })
})

describe('everything was read', () => {
  test.each([
    ['until now, where the log is caught up with', undefined, true, now],
    ['until the last event of the page', at('11:40:00.000'), false, at('11:40:00.000')],
    ['until now, where that event is to come', at('12:40:00.000'), false, now],
    ['as far as before, where that event came late', at('11:20:00.000'), false, state.readUntil],
    ['as far as before, where the page does not say when', undefined, false, state.readUntil],
  ])('%s', (_what, last, isCaughtUp, until) => {
    const page = pageUpTo(last)
    const { readUntil } = stateBehind(state, page, { ...link, isFull: !isCaughtUp }, now)
    expect(readUntil).toEqual(until)
  })
})

describe('what comes next may have been read before', () => {
  const nothing = { records: [], span: undefined }
  const goes = { cursor: '/api/v1/logs?after=c1', leadsBack: false, isFull: true }
  test.each([
    ['no more than what came', undefined, goes, false],
    ['where what came may have been', true, goes, true],
    ['no more once the log is caught up with', true, { ...goes, isFull: false }, false],
    ['where a link leads back', undefined, { ...goes, leadsBack: true }, true],
    ['where there is no link', undefined, { ...goes, cursor: undefined }, true],
  ])('%s', (_what, isRepeating, link, expected) => {
    const raw = new Uint8Array()
    for (const page of [nothing, { ...nothing, records: [{ raw, id: 'e' }] }]) {
      const behind = stateBehind({ ...state, isRepeating }, page, link, now)
      expect(behind.isRepeating ?? false).toBe(expected)
    }
  })
})

describe('a page', () => {
  test.each([
    [undefined, undefined],
    ['/api/v1/logs', undefined],
    ['/api/v1/logs?since=2026', undefined],
    ['/api/v1/logs?limit=1&after=c%201', 'c 1'],
  ])('%s begins after %s', (page, after) => {
    expect(afterOf(page)).toBe(after)
  })

  test('is the same as another that begins there', () => {
    expect(isSame('/api/v1/logs?after=c1&limit=1', '/api/v1/logs?limit=2&after=c1')).toBe(true)
    expect(isSame('/api/v1/logs?after=c1', '/api/v1/logs?after=c2')).toBe(false)
    expect(isSame('/api/v1/logs?after=c1', undefined)).toBe(false)
  })
})

describe('an empty page is believed', () => {
  test.each([
    ['where nothing was ever shown', undefined, false],
    ['where something is shown now', now, true],
    ['up to ten minutes later', at('11:50:00.001'), true],
    ['not after ten minutes', at('11:50:00.000'), false],
    ['not by a time to come', at('12:00:00.001'), false],
  ])('%s', (_what, sightedAt, isBelieved) => {
    expect(isSighted({ ...state, sightedAt }, now)).toBe(isBelieved)
  })
})

describe('a state', () => {
  test('comes back as it was kept', () => {
    const whole: LogState = { ...state, sightedAt: now, isRepeating: true }
    expect(fromStored(toStored(whole))).toEqual(whole)
  })

  test('has nothing that is not known', () => {
    const { since, readUntil } = state
    const stored = toStored({ since, readUntil, isRepeating: false })
    expect(stored).toEqual({
      since: '2026-01-01T00:00:00.000Z',
      readUntil: '2026-01-15T11:30:00.000Z',
    })
    expect(fromStored(stored)).toEqual({ since, readUntil, isRepeating: false })
  })

  test.each([
    ['no since', { since: undefined }],
    ['a number for since', { since: 0 }],
    ['a word for readUntil', { readUntil: 'soon' }],
    ['a word for first', { first: 'soon' }],
    ['a word for sightedAt', { sightedAt: 'soon' }],
  ])('with %s is damaged', (_what, changed) => {
    expect(() => fromStored({ ...toStored(state), ...changed })).toThrow()
  })

  test('with a page that is no text has none', () => {
    expect(fromStored({ ...toStored(state), page: 7 }).page).toBeUndefined()
  })
})

describe('a cursor leads nowhere any more', () => {
  const error = (code: string, because?: string) =>
    new PosternError(code, 'Refused.', { remedy: 'None.', details: { because } })

  test.each([
    [error('cursor_rejected'), true, true],
    [error('input_cursor_invalid'), true, true],
    [error('input_refused', 'cursor_rejected'), true, true],
    // Any refusal of what was taken before without the cursor.
    [error('request_refused'), false, true],
    [error('input_refused', 'request_refused'), false, true],
    [error('role_insufficient'), false, false],
    [error('input_refused', 'role_insufficient'), false, false],
    [new Error('cursor_rejected'), false, false],
    [Object.assign(new Error('No.'), { code: 'cursor_rejected', details: {} }), false, false],
  ])('by %o: %s, of the System Log: %s', (refusal, isLost, isLostOfLog) => {
    expect([isLostCursor(refusal), isLostLogCursor(refusal)]).toEqual([isLost, isLostOfLog])
  })
})
