import { describe, expect, test } from 'vitest'
import { formatHeading, formatRows, layOut } from '../../src/cli/table.ts'

const records = [
  {
    id: '1',
    status: 'ACTIVE',
    empty: null,
    profile: { login: 'a@example.com', note: 'x'.repeat(60) },
  },
  { id: '22', status: 'STAGED', profile: { login: 'b\u001b[31m@example.com' } },
]

const table = (first: readonly string[], width: number) => {
  const layout = layOut(records, first, width)
  return `${formatHeading(layout)}\n${formatRows(records, layout)}`
}

describe('records as a table', () => {
  test('have the columns that tell most first, those that fit, and none that is empty', () => {
    expect(table(['profile.login', 'absent'], 30)).toBe(
      [
        'profile.login       id  status',
        'a@example.com       1   ACTIVE',
        'b [31m@example.com  22  STAGED',
      ].join('\n'),
    )
  })

  test('have one column however narrow the terminal is, and cut what is long', () => {
    expect(table(['profile.note'], 3)).toBe(`profile.note\n${'x'.repeat(39)}…\n`)
  })
})
