/** @module What commands print: data on stdout for people or programs, everything else on stderr. */

import { styleText } from 'node:util'
import type { OutputFormat } from './output-format.ts'
import { asForeign } from './write-out.ts'

/**
 * Prints data: for programs as JSON, JSON lines, YAML or CSV, or as `text`, which is made for people. An array has a line
 * or row for each of its items, anything else one.
 */
export async function printData(
  data: unknown,
  options: { readonly format: OutputFormat; readonly text: () => string },
): Promise<void> {
  const text = await formatData(data, options)
  // An empty list has no line; an empty one would be no JSON.
  if (text === '') return
  process.stdout.write(`${options.format === 'table' ? text : asForeign(text)}\n`)
}

async function formatData(
  data: unknown,
  options: { readonly format: OutputFormat; readonly text: () => string },
): Promise<string> {
  const items: readonly unknown[] = Array.isArray(data) ? data : [data]
  switch (options.format) {
    case 'table':
      return options.text()
    case 'json':
      return JSON.stringify(data, null, 2)
    case 'jsonl':
      return items.map((item) => JSON.stringify(item)).join('\n')
    case 'csv': {
      const [{ cellsOf, columnsOf }, { formatCsv }] = await Promise.all([
        import('./columns.ts'),
        import('../csv.ts'),
      ])
      // Through JSON here and below, so that a secret or a date is printed as it is there.
      const records: readonly unknown[] = JSON.parse(JSON.stringify(items))
      const columns = columnsOf(records)
      return formatCsv([columns, ...records.map((record) => cellsOf(record, columns))]).trimEnd()
    }
    case 'yaml': {
      const { stringify } = await import('yaml')
      return stringify(JSON.parse(JSON.stringify(data))).trimEnd()
    }
  }
}

/** A two-column table for one thing: names, then values. */
export function formatFields(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields
    .map(([name, value]) => `${paint('dim', name.padEnd(width), process.stdout)}  ${value}`)
    .join('\n')
}

/** A line for people, on stderr. */
export function tell(text: string): void {
  process.stderr.write(`${status === undefined ? '' : CLEAR_LINE}${text}\n${status ?? ''}`)
}

const CLEAR_LINE = '\r\x1b[K'
// A line that went on in the next row would leave its first row behind: the terminal cuts it at its edge.
const [WRAP_OFF, WRAP_ON] = ['\x1b[?7l', '\x1b[?7h']

// What stands below everything that is told.
let status: string | undefined

/** Shows a line that stays below everything told, in the place of the last one; undefined takes it away. For terminals. */
export function setStatus(text: string | undefined): void {
  if (status === undefined && text === undefined) return
  status = text === undefined ? undefined : `${WRAP_OFF}${text}${WRAP_ON}`
  process.stderr.write(`${CLEAR_LINE}${status ?? ''}`)
}

/** What failed, by its code, and what to do about it, on stderr. */
export function tellProblem(message: string, remedy: string, code: string): void {
  tell(`${paint('red', 'error')} ${showPlain(message)} ${paint('dim', `(${code})`)}`)
  tell(`${paint('green', '  fix')} ${showPlain(remedy)}`)
}

/** Something worth knowing that stops nothing, on stderr. */
export function warn(code: string, message: string): void {
  tell(`${paint('yellow', 'note')} ${showPlain(message)} ${paint('dim', `(${code})`)}`)
}

/**
 * A text on one line of its own, without the characters that command a terminal. For texts of ours that hold a path or a
 * name from outside; `showHostile` would take a long path for a secret.
 */
export function showPlain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
}

/** Colours a text where its stream shows colours; `NO_COLOR` and pipes are respected. */
export function paint(
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): string {
  return styleText(style, text, { stream })
}
