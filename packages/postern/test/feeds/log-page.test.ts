/** @module What is read of a page of the System Log, and which of its events are new. */

import { describe, expect, test } from 'vitest'
import { idsOf, LogSorter, readLogPage } from '../../src/feeds/log-page.ts'

const pageOf = (records: readonly object[]) =>
  readLogPage(records.map((record) => Buffer.from(JSON.stringify(record))))
const events = (from: number, count: number) =>
  pageOf(Array.from({ length: count }, (_, at) => ({ uuid: `e-${from + at}` })))
const published = (time: string) => ({ uuid: time, published: `2026-01-15T${time}:00.000Z` })
const at = (time: string) => new Date(`2026-01-15T${time}:00.000Z`)

describe('a page', () => {
  test('says from when to when its events are, and when the last one is', () => {
    const late = [published('11:30'), published('11:10'), published('11:50'), published('11:20')]
    const page = pageOf([...late, { uuid: 'e' }, { uuid: 'f', published: 'soon' }])
    expect(page.span).toEqual({ from: at('11:10'), to: at('11:50') })
    expect(page.lastMs).toBe(at('11:20').getTime())
    expect(idsOf(page)).toEqual(['11:30', '11:10', '11:50', '11:20', 'e', 'f'])
  })

  test.each([[[]], [[{ uuid: 'e', published: 7 }]]])(
    'says no time where %j has none',
    (records) => {
      expect(pageOf(records)).toMatchObject({ span: undefined, lastMs: undefined })
    },
  )

  test('has no id of a record without one', () => {
    expect(idsOf(pageOf([{ uuid: 'e' }, { severity: 'INFO' }]))).toEqual(['e'])
  })
})

describe('what pages bring', () => {
  test('goes on once, as it came', () => {
    const page = pageOf([{ uuid: 'e' }, { uuid: 'f' }, { uuid: 'e', again: true }])
    const { events: sorted, ...rest } = new LogSorter().sort(page)
    const [raw = Buffer.of(), other = Buffer.of()] = page.records.map((record) => record.raw)
    expect(sorted).toEqual([
      { op: 'event', kind: 'event', id: 'e', raw, line: raw },
      { op: 'event', kind: 'event', id: 'f', raw: other, line: other },
    ])
    expect(rest).toEqual({ invalid: [], duplicates: 1 })
  })

  test('is set aside where it has no uuid', () => {
    const page = pageOf([{ severity: 'INFO' }, { uuid: 'e' }])
    expect(new LogSorter().sort(page)).toMatchObject({
      events: [{ id: 'e' }],
      invalid: [{ record: page.records[0]?.raw, code: 'page_record_invalid' }],
      duplicates: 0,
    })
  })

  test('is left out where an earlier run read it', () => {
    const { events: sorted, duplicates } = new LogSorter().sort(events(0, 3), new Set(['e-1']))
    expect([sorted.map(({ id }) => id), duplicates]).toEqual([['e-0', 'e-2'], 1])
  })

  test('is remembered for the next ten thousand events, and forgotten in the end', () => {
    const sorter = new LogSorter()
    sorter.sort(events(0, 10_000))
    sorter.sort(events(10_000, 9_999))
    expect(sorter.sort(events(0, 19_999))).toMatchObject({ events: [], duplicates: 19_999 })
    sorter.sort(events(20_000, 1))
    expect(sorter.sort(events(10_000, 9_999)).duplicates).toBe(9_999)
    expect(sorter.sort(events(0, 1)).duplicates).toBe(0)
  })
})
