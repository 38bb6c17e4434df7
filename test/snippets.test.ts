/** @module The documents that a newcomer types from: what stands in their blocks is what happens. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { matches, normalise, runDocument } from './snippets.ts'

const documents = ['connect.md', 'explained.md', 'library.md', 'migrate.md']

// A document is a dozen processes, one after the other.
const DOCUMENT_TIMEOUT_MS = 120_000

describe.each(documents)('docs/%s', (name) => {
  test('says what happens', { timeout: DOCUMENT_TIMEOUT_MS }, async () => {
    const page = fileURLToPath(new URL(`../docs/${name}`, import.meta.url))
    const commands = await runDocument(readFileSync(page, 'utf8'))
    expect(commands.length).toBeGreaterThan(0)
    for (const { command, exitCode, shown, printed } of commands) {
      const text = printed.join('\n')
      expect([command, exitCode, exitCode === 0 ? '' : text]).toEqual([command, 0, ''])
      if (shown.join('') === '') continue
      const [wanted, found] = [shown, printed].map((lines) => normalise(lines.join('\n')))
      if (matches(wanted?.split('\n') ?? [], found?.split('\n') ?? [])) continue
      expect(found, command).toBe(wanted)
    }
  })
})

test.each([
  [['a', 'b'], ['a', 'b'], true],
  [['a', '…', 'd'], ['a', 'b', 'c', 'd'], true],
  [['a', '…'], ['a', 'b'], true],
  [['…', 'b'], ['a', 'b'], true],
  [['a…'], ['abc'], true],
  [['a'], ['a', 'b'], false],
  [['a', '…', 'x'], ['a', 'b', 'c'], false],
  [['b…'], ['abc'], false],
  [['a'], [], false],
])('%j shows %j: %s', (shown, printed, expected) => {
  expect(matches(shown, printed)).toBe(expected)
})
