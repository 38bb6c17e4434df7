/** @module CSV: cut where it was put together, and nothing in it that a spreadsheet would run. */

import { describe, expect, test } from 'vitest'
import { formatCsv } from '../src/csv.ts'

describe('cells of CSV', () => {
  test.each([
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    ['a;b ', 'a;b '],
    ['', ''],
  ])('are %j in quotes where a reader would cut them', (cell, written) => {
    expect(formatCsv([[cell, 'next']])).toBe(`${written},next\n`)
  })

  test.each(['=', '+', '-', '@', '\t', '\uff1d', '\uff0b', '\uff0d', '\uff20'])(
    'that a spreadsheet would run for their leading %j have an apostrophe before it (S28)',
    (sign) => {
      expect(formatCsv([[`${sign}1+1`, `x${sign}`]])).toBe(`'${sign}1+1,x${sign}\n`)
    },
  )

  test.each(['\r', '\n'])('that begin with %j have one, too, inside their quotes', (sign) => {
    expect(formatCsv([[`${sign}=1+1`]])).toBe(`"'${sign}=1+1"\n`)
  })

  test('have no NUL, which would end them for a reader', () => {
    expect(formatCsv([['a\0b']])).toBe('a\ufffdb\n')
  })
})

test('lines end as they are to end', () => {
  expect(formatCsv([['a'], [1], [true], [undefined]], '\r\n')).toBe('a\r\n1\r\ntrue\r\n\r\n')
})
