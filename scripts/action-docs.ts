/** @module Writes the reference of docs/actions.md from the declarations of the actions; the rest is written by hand. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Action, actions, type Parameter } from '@postern/core'

const MARK = '<!-- From here on made by scripts/action-docs.ts. -->'
const file = fileURLToPath(new URL('../docs/actions.md', import.meta.url))

/** The document as it is, and as it has to be. */
export function compareActionDocs(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(file, 'utf8')
  const end = found.indexOf(MARK)
  if (end === -1) throw new Error(`docs/actions.md has no line ${MARK}`)
  return { found, wanted: `${found.slice(0, end)}${MARK}\n\n${renderReference()}` }
}

function renderReference(): string {
  const parts = ['## Every action', table(), ...actions.flatMap(renderAction)]
  return `${parts.join('\n\n')}\n`
}

function table(): string {
  const rows = actions.map(
    ({ name, effect, destructive, scopes, roles }) =>
      `| \`${name}\` | ${effect}${destructive ? ', destructive' : ''} | ${codes(scopes)} | ${codes(roles.slice(0, 1))} |`,
  )
  return ['| action | effect | scopes | least role |', '|---|---|---|---|', ...rows].join('\n')
}

function renderAction({ name, summary, roles, parameters }: Action): readonly string[] {
  const allowed = roles.length === 0 ? [] : [`Each of these roles allows it: ${codes(roles)}.`]
  return [`### \`${name}\``, summary, ...allowed, parameters.map(renderParameter).join('\n')]
}

function renderParameter({ name, kind, required, description, choices }: Parameter): string {
  const optional = required ? '' : ', optional'
  const among = choices === undefined ? '' : ` One of ${codes(choices)}.`
  return `- \`${name}\` (${kind}${optional}): ${description}${among}`
}

function codes(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.map((text) => `\`${text}\``).join(', ')
}

if (import.meta.main) {
  writeFileSync(file, compareActionDocs().wanted)
}
