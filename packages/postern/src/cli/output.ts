/** @module What commands print: data on stdout for people or programs, everything else on stderr. */

import { styleText } from 'node:util'
import type { OutputFormat } from './output-format.ts'

/** Prints data: as JSON or YAML for programs, or as `text`, which is made for people. */
export async function printData(
  data: unknown,
  options: { readonly format: OutputFormat; readonly text: () => string },
): Promise<void> {
  process.stdout.write(`${await formatData(data, options)}\n`)
}

async function formatData(
  data: unknown,
  options: { readonly format: OutputFormat; readonly text: () => string },
): Promise<string> {
  switch (options.format) {
    case 'table':
      return options.text()
    case 'json':
      return JSON.stringify(data, null, 2)
    case 'yaml': {
      const { stringify } = await import('yaml')
      // Through JSON, so that a secret or a date is printed as it is there.
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
  process.stderr.write(`${text}\n`)
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
