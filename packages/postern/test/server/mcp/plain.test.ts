/** @module What a model is shown: without secrets, however long it is. */

import { expect, test } from 'vitest'
import { plainData } from '../../../src/server/mcp/plain.ts'

test('a token is removed wherever it stands', () => {
  const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(43)}`
  expect(plainData({ note: `see-${token}, ${token}` })).toEqual({
    note: 'see-[removed], [removed]',
  })
})

test('a long text that looks like the beginnings of tokens is read through once', () => {
  const text = '-eyJaaaaaaaa'.repeat(350_000)
  expect(plainData({ text })).toEqual({ text: '-[removed]' })
})
