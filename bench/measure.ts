/** @module What every measurement here shares: cases in turn, medians, and a result file that names the machine. */

import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const HOW_TO_READ =
  'Trust the ratios, which are taken round by round against the first row; absolute figures are this machine’s.'

/** One thing that is measured, by a number that each round gives anew. */
export interface Case {
  readonly name: string
  readonly run: () => number | Promise<number>
}

/** The figures of one case over all rounds. */
export interface Figures {
  readonly name: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** Round by round, this case's figure over the peer's, and of those the median. */
  readonly ratio: number
}

/**
 * Runs all cases in turn, round after round, so that a machine that slows down slows all of them; one round to warm up.
 *
 * @param cases - The first is the peer that the others are compared with.
 */
export async function measure(cases: readonly Case[], rounds: number): Promise<Figures[]> {
  const taken = cases.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const figure = await run()
      if (round >= 0) taken[index]?.push(figure)
    }
    process.stderr.write(`\r${Math.max(0, round + 1)} of ${rounds} rounds`)
  }
  process.stderr.write('\n')
  return cases.map(({ name }, index) => figuresOf(name, taken[index] ?? [], taken[0] ?? []))
}

/** The figures of one case from what its rounds gave, beside the rounds of its peer. */
export function figuresOf(
  name: string,
  figures: readonly number[],
  peer: readonly number[],
): Figures {
  return {
    name,
    median: median(figures),
    min: Math.min(...figures),
    max: Math.max(...figures),
    ratio: median(figures.map((figure, round) => figure / (peer[round] ?? Number.NaN))),
  }
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

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

/** Prints tables, and with `--write` puts them into `results/<name>.md` with the machine they were taken on. */
export function report(name: string, command: string, tables: readonly (Table | Grid)[]): void {
  const text = [
    `# ${name}`,
    '',
    `\`${command}\` on ${machine()}.`,
    ...(tables.some((table) => 'figures' in table) ? [HOW_TO_READ] : []),
    ...tables.flatMap((table) => [
      '',
      ...('figures' in table ? formatTable(table) : formatGrid(table)),
    ]),
    '',
  ].join('\n')
  process.stdout.write(text)
  if (!process.argv.includes('--write')) return
  writeFileSync(fileURLToPath(new URL(`results/${name}.md`, import.meta.url)), text)
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
