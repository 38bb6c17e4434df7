/** @module What commands print: data on stdout for people or programs, everything else on stderr. */

import { styleText } from 'node:util'

/** How data is printed. */
export type OutputFormat = 'table' | 'json' | 'yaml'

/** The formats, in the order they are offered. */
export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'yaml']

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
  tell(`${paint('yellow', 'note')} ${message} ${paint('dim', `(${code})`)}`)
}

/** Colours a text where its stream shows colours; `NO_COLOR` and pipes are respected. */
export function paint(
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): string {
  return styleText(style, text, { stream })
}
