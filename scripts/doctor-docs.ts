/** @module Writes the tables of docs/doctor.md from the checks and from what is expected of them; the rest is written by hand. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { checks } from '@postern/core'
import { faults } from '@postern/emulator'
import { remedies } from '../packages/core/src/doctor/problems.ts'
import { type FaultFinding, faultFindings } from '../test/doctor/fault-findings.ts'

const MARK = '<!-- From here on made by scripts/doctor-docs.ts. -->'
const file = fileURLToPath(new URL('../docs/doctor.md', import.meta.url))

/** The document as it is, and as it has to be. */
export function compareDoctorDocs(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(file, 'utf8')
  const end = found.indexOf(MARK)
  if (end === -1) throw new Error(`docs/doctor.md has no line ${MARK}`)
  return { found, wanted: `${found.slice(0, end)}${MARK}\n\n${renderTables()}` }
}

function renderTables(): string {
  return [
    '## What it asks',
    'In this order. A check is skipped where one that it builds on did not pass.',
    table(
      ['Check', 'Question', 'Builds on'],
      checks.map(({ name, question, needs, credential }) => [
        `\`${name}\``,
        credential === 'api-token' ? `${question} (API token)` : question,
        needs.map((need) => `\`${need}\``).join(', '),
      ]),
    ),
    '## What it says to each fault',
    'Each fault that `postern emulator --fault` can switch on, with what the doctor names, and nothing else beside it, in the scene that is named. Held by test/doctor-conformance.test.ts.',
    table(
      ['Fault', 'What is wrong', 'Scene', 'Finding', 'Certainty', 'With an admin’s credential'],
      faultFindings.map(faultRow),
    ),
    '## What to do about it',
    'The remedies of the findings that the doctor alone has. Others, such as `rate_limited` or `page_link_loop`, carry their own.',
    table(
      ['Finding', 'Remedy'],
      Object.entries(remedies).map(([code, remedy]) => [`\`${code}\``, remedy]),
    ),
  ]
    .join('\n\n')
    .concat('\n')
}

function faultRow(expected: FaultFinding): readonly string[] {
  const [name = ''] = expected.fault.split('=')
  const summary = faults.find((fault) => fault.name === name)?.summary ?? ''
  const about = [`\`${expected.fault}\``, summary, expected.scene?.what ?? '']
  if ('nothing' in expected) return [...about, `none: ${expected.nothing}`, '', '']
  const { code, status, certainty } = expected.finding
  const proven = expected.proven === undefined ? '' : `\`${expected.proven.code}\`, proven`
  return [...about, `\`${code}\` (${status})`, certainty, proven]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

if (import.meta.main) {
  writeFileSync(file, compareDoctorDocs().wanted)
}
