/** @module docs/mission.md has every row of the five documents, and what it names as their proof exists. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { expectShown, type Proof, proofsIn } from './shown-by.ts'

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

/** The rows of the page, each with its proofs in their order. */
function rowsOf(text: string): readonly (readonly [row: string, proofs: readonly Proof[]])[] {
  return [...text.matchAll(/^\| (\d[^|]*?) \| [^|]+ \| ([^|]+) \|$/gm)].map(
    ([, row = '', shown = '']) => [row, proofsIn(shown)],
  )
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
    expectShown(row, proofs)
  })
})
