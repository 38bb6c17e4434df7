/** @module Writes the reference part of docs/emulator.md from the emulator itself; what stands before it is written by hand. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AssumptionName, assumptions } from '../packages/emulator/src/assumptions.ts'
import { renderReference } from '../packages/emulator/src/document.ts'
import {
  notProbed,
  probes,
} from '../packages/postern/src/cli/commands/emulator-compare/registry.ts'

const MARK = '<!-- From here on made by scripts/emulator-docs.ts. -->'
const file = fileURLToPath(new URL('../docs/emulator.md', import.meta.url))

/** The document as it is, and as it has to be. */
export function compareDocs(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(file, 'utf8')
  const end = found.indexOf(MARK)
  if (end === -1) throw new Error(`docs/emulator.md has no line ${MARK}`)
  return { found, wanted: `${found.slice(0, end)}${MARK}\n\n${renderReference(settledBy())}` }
}

/** What `postern emulator compare` asks, or why it does not. */
function settledBy(): Readonly<Record<AssumptionName, string>> {
  const asked = new Map(probes.map(({ assumption, asks }) => [assumption, asks]))
  const names = Object.keys(assumptions) as AssumptionName[]
  return Object.fromEntries(
    names.map((name) => [name, asked.get(name) ?? `not: ${notProbed[name] ?? 'no probe'}`]),
  ) as Readonly<Record<AssumptionName, string>>
}

if (import.meta.main) {
  writeFileSync(file, compareDocs().wanted)
}
