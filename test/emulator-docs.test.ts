/** @module docs/emulator.md says what the emulator does. */

import { expect, test } from 'vitest'
import { routes } from '../packages/emulator/src/routes.ts'
import { compareDocs } from '../scripts/emulator-docs.ts'

test('the reference of docs/emulator.md is that of the code; node --conditions=source scripts/emulator-docs.ts writes it', () => {
  const { found, wanted } = compareDocs()
  expect(found).toBe(wanted)
})

test('a summary of a route says what it does, verb first, and has no full stop', () => {
  const others = routes
    .map(({ summary }) => summary)
    .filter((summary) => !/^[A-Z][a-z]+s .*[^.]$/.test(summary))
  expect(others).toEqual([])
})
