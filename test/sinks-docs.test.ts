import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sinkKinds } from '../packages/postern/src/sinks/registry.ts'

const page = readFileSync(fileURLToPath(new URL('../docs/sinks.md', import.meta.url)), 'utf8')

/** The names in the first column of the tables of a section, by what the column is called. */
function namesIn(section: string, column: string): readonly string[] {
  const tables = section.split(`| ${column} |`).slice(1)
  return tables.flatMap((table) => {
    const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? []
    return rows.flatMap((row) => /^\| `(\w+)`/.exec(row)?.[1] ?? [])
  })
}

describe('docs/sinks.md', () => {
  test('lists every kind with what it promises', () => {
    const rows = page.split('\n## ')[0]?.match(/^\| `.*$/gm)
    expect(rows).toEqual(
      sinkKinds.map(
        ({ name, title, guarantee }) =>
          `| \`${name}\` | ${title} | ${guarantee.replaceAll('-', ' ')} |`,
      ),
    )
  })

  test.each(sinkKinds)('has every setting and secret of $name, and no other', (kind) => {
    const section = page.split('\n## ').find((text) => text.startsWith(`${kind.name}\n`)) ?? ''
    expect(namesIn(section, 'setting')).toEqual(Object.keys(kind.settings.shape))
    expect(namesIn(section, 'secret')).toEqual(Object.keys(kind.secrets))
  })
})
