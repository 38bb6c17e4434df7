/** @module docs/mission.md has every row of the five documents, and what it names as their proof exists. */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(`${root}docs/mission.md`, 'utf8')

/** How many numbered rows each of the five documents has, and what they say beside them. */
const documents = [
  { rows: 16, notes: ['later', 'before', 'labels'] },
  { rows: 9, notes: ['claims', 'keys', 'grants', 'path'] },
  { rows: 10, notes: ['scopes', 'workflows'] },
  { rows: 9, notes: ['start', 'late', 'sinks', 'API token'] },
  { rows: 20, notes: ['by a person', 'claims', 'rotation', 'action'] },
] as const

interface Proof {
  readonly kind: 'test' | 'page'
  readonly path: string
  readonly title?: string
}

/** The rows of the page, each with its proofs in their order. */
function rowsOf(text: string): readonly (readonly [row: string, proofs: readonly Proof[]])[] {
  return [...text.matchAll(/^\| (\d[^|]*?) \| [^|]+ \| ([^|]+) \|$/gm)].map(
    ([, row = '', shown = '']) => [row, shown.split('; ').flatMap(proofsIn)],
  )
}

function proofsIn(text: string): readonly Proof[] {
  const [, path] = /^`([^`]+\.test\.ts)` “/.exec(text) ?? []
  if (path !== undefined) {
    const titles = [...text.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title)
    return titles.map((title) => ({ kind: 'test', path, title }))
  }
  const [, link = ''] = /^\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)$/.exec(text) ?? []
  return [{ kind: 'page', path: link === '' ? text : `docs/${link}` }]
}

describe('docs/mission.md', () => {
  const rows = rowsOf(page)

  test('has every row of the five documents, once and in their order', () => {
    const wanted = documents.flatMap(({ rows: count, notes }, document) => [
      ...Array.from({ length: count }, (_, at) => `${document}.${at + 1}`),
      ...notes.map((note) => `${document}, ${note}`),
    ])
    expect(rows.map(([row]) => row)).toEqual(wanted)
  })

  test.each(rows)('%s is shown by tests and pages that exist', (row, proofs) => {
    expect(proofs.length).toBeGreaterThan(0)
    for (const { kind, path, title } of proofs) {
      expect(existsSync(root + path), `${row}: ${path}`).toBe(true)
      if (kind === 'page') continue
      const source = readFileSync(root + path, 'utf8')
      const quoted = ["'", '"', '`'].map((quote) => quote + title + quote)
      expect(
        quoted.some((text) => source.includes(text)),
        `${row}: ${path} has no “${title}”`,
      ).toBe(true)
    }
  })
})
