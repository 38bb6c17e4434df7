/** @module What a program here measured: tables, as data and for people, with the machine that they were taken on. */

import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Figures } from './measure.ts'

const HOW_TO_READ =
  'Trust the ratios, which are taken round by round against the first row; absolute figures are this machine’s.'

/** One table of a result. */
export interface Table {
  readonly title: string
  readonly unit: string
  readonly digits: number
  readonly figures: readonly Figures[]
}

/** Facts that are no figures of rounds: one row for each thing, one column for what is known of it. */
export interface Grid {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** What one program measured, as it stands in `results/<name>.json`. */
export interface Result {
  readonly name: string
  readonly command: string
  readonly machine: string
  readonly tables: readonly (Table | Grid)[]
}

/** Prints tables, and with `--write` puts them into `results/<name>.json` and `.md` with the machine they were taken on. */
export function report(name: string, command: string, tables: readonly (Table | Grid)[]): void {
  const result: Result = { name, command, machine: machine(), tables }
  const text = formatResult(result)
  process.stdout.write(text)
  if (!process.argv.includes('--write')) return
  const write = (ending: string, content: string) =>
    writeFileSync(fileURLToPath(new URL(`results/${name}.${ending}`, import.meta.url)), content)
  write('json', `${JSON.stringify(result, undefined, 2)}\n`)
  write('md', text)
}

/** A result for people. */
export function formatResult({ name, command, machine, tables }: Result): string {
  return [
    `# ${name}`,
    '',
    `\`${command}\` on ${machine}.`,
    ...(tables.some((table) => 'figures' in table) ? [HOW_TO_READ] : []),
    ...tables.flatMap((table) => [
      '',
      ...('figures' in table ? formatTable(table) : formatGrid(table)),
    ]),
    '',
  ].join('\n')
}

function formatGrid({ columns, rows }: Grid): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(columns.map((_, at) => (at === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ]
}

function formatTable({ title, unit, digits, figures }: Table): string[] {
  return [
    `| ${title} | median, ${unit} | min to max | ratio |`,
    '| --- | ---: | ---: | ---: |',
    ...figures.map(
      ({ name, median: middle, min, max, ratio }) =>
        `| ${name} | ${middle.toFixed(digits)} | ${min.toFixed(digits)} to ${max.toFixed(digits)} | ${ratio.toFixed(2)} |`,
    ),
  ]
}

function machine(): string {
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${cpu?.model.trim()}, ${gigabytes} GB, ${process.platform} ${process.arch}, Node ${process.version}`
}
