import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { proofPage } from '../proof/page.ts'
import { proofs } from '../proof/proofs.ts'
import { parseTold } from '../proof/results.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test('docs/proof.md is that of the committed results', () => {
  expect(readFileSync(path.join(root, 'docs/proof.md'), 'utf8')).toBe(proofPage())
})

test('every proof has a name of its own, and a file that plays it', () => {
  expect(new Set(proofs.map(({ name }) => name)).size).toBe(proofs.length)
  expect(proofs.filter(({ file }) => !existsSync(path.join(root, file)))).toEqual([])
})

test('no result is left of a proof that is no more', () => {
  const results = readdirSync(path.join(root, 'proof/results'))
  const names = results
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
  expect(names.filter((name) => proofs.every((proof) => proof.name !== name))).toEqual([])
})

test('what is told of one thing is added up', () => {
  const told = [
    { of: 'files', cases: 2, seen: { events: 5 }, wrong: { lost: 0 } },
    { of: 'tables', cases: 1, seen: {}, wrong: { lost: 0 } },
    { of: 'files', cases: 3, seen: { events: 7 }, wrong: { lost: 1, twice: 2 } },
  ]
  expect(parseTold(told.map((one) => JSON.stringify(one)).join('\n'))).toEqual([
    { of: 'files', cases: 5, seen: { events: 12 }, wrong: { lost: 1, twice: 2 } },
    { of: 'tables', cases: 1, seen: {}, wrong: { lost: 0 } },
  ])
})
