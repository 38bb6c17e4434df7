/** @module docs/failures.md has every failure, each with its source, the rule and a test that exists. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { expectShown, proofsIn } from './shown-by.ts'

const FAILURES = 40
const page = readFileSync(fileURLToPath(new URL('../docs/failures.md', import.meta.url)), 'utf8')

const rows = [...page.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, id = '', happens = '', source = '', rule = '', shown = '']) => ({
    ...{ id, happens, source, rule },
    proofs: proofsIn(shown),
  }),
)

test('docs/failures.md has every failure once, in their order', () => {
  expect(rows.map(({ id }) => Number(id))).toEqual(
    Array.from({ length: FAILURES }, (_, at) => at + 1),
  )
})

test.each(rows)('failure $id is shown by tests that exist', ({ id, proofs }) => {
  expectShown(id, proofs)
  expect(proofs.some(({ kind }) => kind === 'test')).toBe(true)
})

test.each(rows)('failure $id has its public source, or says that there is none', ({ source }) => {
  expect(source).toMatch(/\]\(https:\/\/|\brows? \d|^none/)
})
