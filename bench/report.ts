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

/** What grows with something: one line for each thing that was measured. */
export interface Growth {
  readonly title: string
  readonly unit: string
  /** What it grows with, such as `connections`. */
  readonly over: string
  readonly digits: number
  readonly lines: readonly {
    readonly name: string
    /** Of each size, smallest first. */
    readonly points: readonly (readonly [size: number, figure: number])[]
  }[]
  /** How it grows, and what bounds it next: one sentence. */
  readonly meaning: string
}

/** What one program measured, as it stands in `results/<name>.json`. */
export interface Result {
  readonly name: string
  readonly command: string
  readonly machine: string
  readonly tables: readonly (Table | Grid | Growth)[]
}

/** Prints tables, and with `--write` puts them into `results/<name>.json` and `.md` with the machine they were taken on. */
export function report(
  name: string,
  command: string,
  tables: readonly (Table | Grid | Growth)[],
): void {
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
    ...tables.flatMap((table) => ['', ...formatAny(table)]),
    '',
  ].join('\n')
}

function formatAny(table: Table | Grid | Growth): string[] {
  if ('figures' in table) return formatTable(table)
  return 'lines' in table ? formatGrowth(table) : formatGrid(table)
}

/** A column for each size. */
function formatGrowth({ title, unit, over, digits, lines, meaning }: Growth): string[] {
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(([size]) => size)))]
  const rows = lines.map(({ name, points }) => [
    name,
    ...sizes.map((size) => points.find(([at]) => at === size)?.[1].toFixed(digits) ?? ''),
  ])
  const columns = [`${title}, ${unit}; ${over}:`, ...sizes.map((size) => size.toLocaleString('en'))]
  return [...formatGrid({ columns, rows }), '', meaning]
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
