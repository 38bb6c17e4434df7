/** @module Writes the table of tools in docs/mcp.md from the tools themselves; the rest is written by hand. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tools } from '../packages/postern/src/server/mcp/registry.ts'

const MARK = '<!-- From here on made by scripts/mcp-docs.ts. -->'
const file = fileURLToPath(new URL('../docs/mcp.md', import.meta.url))

/** The document as it is, and as it has to be. */
export function compareMcpDocs(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(file, 'utf8')
  const end = found.indexOf(MARK)
  if (end === -1) throw new Error(`docs/mcp.md has no line ${MARK}`)
  return { found, wanted: `${found.slice(0, end)}${MARK}\n\n${renderTools()}` }
}

function renderTools(): string {
  const rows = tools.map(({ name, description, needs, input }) => [
    `\`${name}\``,
    description,
    Object.keys(input.shape)
      .map((argument) => `\`${argument}\``)
      .join(', '),
    needs,
  ])
  const lines = [
    ['Tool', 'What it says', 'Arguments', 'Needs'],
    ['---', '---', '---', '---'],
    ...rows,
  ]
  const table = lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n')
  return `## The tools\n\n${table}\n`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.main) writeFileSync(file, compareMcpDocs().wanted)
