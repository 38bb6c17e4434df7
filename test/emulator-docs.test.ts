/** @module docs/emulator.md says what the emulator does. */

import { expect, test } from 'vitest'
import { compareDocs } from '../scripts/emulator-docs.ts'

test('the reference of docs/emulator.md is that of the code; node --conditions=source scripts/emulator-docs.ts writes it', () => {
  const { found, wanted } = compareDocs()
  expect(found).toBe(wanted)
})
