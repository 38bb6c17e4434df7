import { describe, expect, test } from 'vitest'
import { cellsOf, columnsOf } from '../../src/cli/columns.ts'
import { formatCsv } from '../../src/csv.ts'

const csv = (...records: readonly unknown[]) => {
  const columns = columnsOf(records)
  return formatCsv([columns, ...records.map((record) => cellsOf(record, columns))])
}

describe('records as CSV', () => {
  test('have a column for every member of every record, by its path, in the order of first sight', () => {
    expect(
      csv(
        { id: '1', profile: { login: 'a', tags: ['x', 'y'] }, _links: { self: {} } },
        {
          id: '2',
          profile: { city: 'Köln', login: null },
          active: false,
          deep: { a: { b: { c: 1 } } },
        },
      ),
    ).toBe(
      [
        'id,profile.login,profile.tags,profile.city,active,deep.a.b',
        '1,a,"[""x"",""y""]",,,',
        '2,,,Köln,false,"{""c"":1}"',
        '',
      ].join('\n'),
    )
  })

  test.each(['=', '+', '-', '@', '\t', '\r', '\uff1d', '\uff0b', '\uff0d', '\uff20'])(
    'have no cell or heading that a spreadsheet would run for its leading %j (S28)',
    (sign) => {
      const [heading = '', cell = ''] = csv({ [`${sign}x`]: `${sign}cmd()` }).split('\n')
      expect(heading.replace(/^"/, '')).toMatch(/^'/)
      expect(cell.replace(/^"/, '')).toMatch(/^'/)
    },
  )

  test('keep a negative number a number', () => {
    expect(csv({ offset: -5 })).toBe('offset\n-5\n')
  })

  test('take a member named __proto__ for a member', () => {
    expect(csv(JSON.parse('{"__proto__":{"polluted":1},"id":"1"}'))).toBe(
      '__proto__.polluted,id\n1,1\n',
    )
  })
})
