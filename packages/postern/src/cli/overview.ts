/**
 * @module `postern --help`: every command in a line or two. Written without the parser, which takes longer to load than
 * this takes in all; a test holds both to the same text.
 */

import { commands } from './definitions/registry.ts'
import { type GlobalFlag, globalFlags, readOn, summary } from './global-flags.ts'

const DEFAULT_WIDTH = 80
const INDENT = 2
const GAP = 2

/** The overview of the program. @param width - of the terminal, in characters. */
export function formatOverview(width: number = DEFAULT_WIDTH): string {
  const help = { flags: '-h, --help', description: 'display help for command' }
  const flags = [...Object.values(globalFlags), help].map(rowOf)
  const names = commands.map(({ name, description }) => [name, description] as const)
  const rows = [...names, ['help', 'display help for command'] as const]
  const termWidth = Math.max(...[...flags, ...rows].map(([term]) => term.length))
  const list = (items: readonly Row[]) => items.map((row) => formatRow(row, termWidth, width))
  return [
    'Usage: postern [options] [command]',
    '',
    summary,
    '',
    'Options:',
    ...list(flags),
    '',
    'Commands:',
    ...list(rows),
    '',
    ...wrap(readOn, width),
    '',
  ].join('\n')
}

type Row = readonly [term: string, description: string]

function rowOf({ flags, description, choices }: GlobalFlag): Row {
  const quoted = choices?.map((choice) => `"${choice}"`).join(', ')
  return [flags, quoted === undefined ? description : `${description} (choices: ${quoted})`]
}

function formatRow([term, description]: Row, termWidth: number, width: number): string {
  const margin = INDENT + termWidth + GAP
  const lines = wrap(description, width - margin)
  return `${' '.repeat(INDENT)}${term.padEnd(termWidth + GAP)}${lines.join(`\n${' '.repeat(margin)}`)}`
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
