import { describe, expect, it } from 'vitest'
import { csvText } from '../../src/console/parts/csv.ts'

const textOf = (cell: string) => csvText([['cell', (row: string) => row]], [cell])

describe('csvText', () => {
  it('has a line for the names of the columns, and one for each row', () => {
    const columns = [
      ['id', ({ id }: { readonly id: string }) => id],
      ['ip', () => undefined],
    ] as const
    expect(csvText(columns, [{ id: 'a' }, { id: 'b' }])).toBe('id,ip\r\na,\r\nb,\r\n')
  })

  it.each([['=1+1'], ['+1'], ['-1'], ['@SUM(A1)'], ['\tx'], ['\rx']])(
    'lets no spreadsheet run %j',
    (cell) => {
      expect(textOf(cell).replaceAll('"', '')).toBe(`cell\r\n'${cell}\r\n`)
    },
  )

  it('keeps a quote, a comma and a line break within their cell', () => {
    expect(textOf('a "b", c\nd')).toBe('cell\r\n"a ""b"", c\nd"\r\n')
  })
})
