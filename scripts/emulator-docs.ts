/** @module Writes the reference part of docs/emulator.md from the emulator itself; what stands before it is written by hand. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderReference } from '../packages/emulator/src/document.ts'

const MARK = '<!-- From here on made by scripts/emulator-docs.ts. -->'
const file = fileURLToPath(new URL('../docs/emulator.md', import.meta.url))

/** The document as it is, and as it has to be. */
export function compareDocs(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(file, 'utf8')
  const end = found.indexOf(MARK)
  if (end === -1) throw new Error(`docs/emulator.md has no line ${MARK}`)
  return { found, wanted: `${found.slice(0, end)}${MARK}\n\n${renderReference()}` }
}

if (import.meta.main) {
  writeFileSync(file, compareDocs().wanted)
}
