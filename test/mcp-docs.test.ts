/** @module docs/mcp.md says which tools there are. */

import { expect, test } from 'vitest'
import { compareMcpDocs } from '../scripts/mcp-docs.ts'

test('the table of docs/mcp.md is that of the tools; node --conditions=source scripts/mcp-docs.ts writes it', () => {
  const { found, wanted } = compareMcpDocs()
  expect(found).toBe(wanted)
})
