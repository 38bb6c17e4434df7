/** @module The notes of a command as text, below what the parser shows. */

import type { Command } from 'commander'
import { exitCodes, exitMeanings } from '../exit-codes.ts'
import { readOn } from '../global-flags.ts'
import type { Example } from './notes.ts'
import { notesOf } from './registry.ts'

// What every command may end with.
const ALWAYS = ['ok', 'error', 'usage', 'interrupted'] as const

/** The path of a command below the program: `feed add`; empty for the program. */
export function pathOf(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}

/** How a command may end, in the order of the numbers. */
export function exitsOf(path: string): readonly (readonly [code: number, meaning: string])[] {
  return [...ALWAYS, ...notesOf(path).exits]
    .map((name) => [exitCodes[name], exitMeanings[name]] as const)
    .toSorted(([a], [b]) => a - b)
}

/** What help says below the flags. Empty for the program itself, which says it in the overview. */
export function formatNotes(command: Command): string {
  const path = pathOf(command)
  if (path === '') return `\n${readOn}`
  const { about, page } = notesOf(path)
  const examples = examplesOf(command)
  const exits = exitsOf(path).map(([code, meaning]) => `${code} ${meaning}`)
  return [
    ...(about === '' ? [] : ['', ...wrap(about, 0)]),
    ...(examples.length === 0 ? [] : ['', 'Examples:']),
    ...examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]),
    '',
    'Exit codes:',
    ...wrap(exits.join(', '), 2),
    '',
    `Read on: ${page}`,
  ].join('\n')
}

/** Of a command with others below it, the first of each of them. */
function examplesOf(command: Command): readonly Example[] {
  const { examples } = notesOf(pathOf(command))
  if (examples.length > 0) return examples
  return command.commands.flatMap((below) => examplesOf(below).slice(0, 1))
}

const WIDTH = 100

function wrap(text: string, indent: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > WIDTH) {
      lines.push(`${' '.repeat(indent)}${word}`)
    } else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
