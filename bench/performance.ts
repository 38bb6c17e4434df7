/**
 * @module docs/performance.md and its charts, made of the committed results and nothing else:
 * `node --conditions=source bench/performance.ts`.
 */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { drawResult } from './chart.ts'
import { type Goal, goals, isMet } from './goals.ts'
import type { Result } from './report.ts'
import { readResult } from './results.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Each file below docs/ with its text. */
export function performanceFiles(): ReadonlyMap<string, string> {
  const results = readdirSync(path.join(here, 'results'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => readResult(path.basename(file, '.json')))
    .filter((result) => result !== undefined)
  const charts = results.flatMap((result): [string, string][] => {
    const svg = drawResult(result)
    return svg === undefined ? [] : [[`performance/${result.name}.svg`, svg]]
  })
  return new Map([['performance.md', page(results)], ...charts])
}

function page(results: readonly Result[]): string {
  return `# Performance

Every figure here was measured by a program in \`bench/\`, with its peer in the same run, both in turn. \`npm run bench\` measures all of them
anew and writes this page; \`npm run NAME -w bench\` prints one. Trust the ratios: absolute figures are those of the machine that is named.

## What we mean to reach

| | what | goal | measured | | by |
| --- | --- | ---: | ---: | --- | --- |
${goals.map(row).join('\n')}

${reasons()}
## The results

The line over a bar goes from the least to the most of all rounds; the grey bar is the peer.

${results.map(section).join('\n\n')}
`
}

function row(goal: Goal): string {
  const { id, what, unit, program } = goal
  const figure = goal.measured()
  const cells = [id, what, boundOf(goal), figure === undefined ? '' : toText(figure, unit)]
  return `| ${[...cells, verdictOf(goal, figure), `[${program}](../bench/${figure === undefined ? `${program}.ts` : `results/${program}.md`})`].join(' | ')} |`
}

function verdictOf({ bound }: Goal, figure: number | undefined): string {
  if (figure === undefined) return 'not measured'
  return isMet(bound, figure) ? 'met' : '**not met**'
}

function boundOf({ bound, unit }: Goal): string {
  return 'atLeast' in bound ? `≥ ${toText(bound.atLeast, unit)}` : `≤ ${toText(bound.atMost, unit)}`
}

function toText(figure: number, unit: Goal['unit']): string {
  const digits = figure !== 0 && Math.abs(figure) < 1 ? 3 : 2
  const text = Number(figure.toFixed(digits)).toLocaleString('en', {
    maximumFractionDigits: digits,
  })
  return unit === 'rows' || unit === 'requests' ? text : `${text} ${unit}`
}

/** Why figures are not reached. */
function reasons(): string {
  const missed = goals.filter((goal) => {
    const figure = goal.measured()
    return figure === undefined || !isMet(goal.bound, figure)
  })
  if (missed.length === 0) return ''
  const byReason = Map.groupBy(missed, ({ id, what, unmet }) => {
    if (unmet === undefined) throw new Error(`${id} (${what}) is not met, and nothing says why.`)
    return unmet
  })
  const lines = [...byReason].map(([reason, ones]) => {
    const names = ones.map(({ id, what }) => `${id} ${what}`)
    return `- ${names.join('; ')}. ${reason}`
  })
  return `Not met, and why:\n\n${lines.join('\n')}\n`
}

function section(result: Result): string {
  const { name, command, machine } = result
  const chart = drawResult(result) === undefined ? '' : `\n\n![${name}](performance/${name}.svg)`
  const meanings = result.tables.flatMap((table) =>
    'meaning' in table
      ? [`- ${table.title}, ${table.unit}, over ${table.over}: ${table.meaning}`]
      : [],
  )
  const said = meanings.length > 0 ? `\n\n${meanings.join('\n')}` : ''
  return `### ${name}\n\n[All figures](../bench/results/${name}.md) of \`${command}\` on ${machine}.${chart}${said}`
}

if (import.meta.main) {
  const docs = path.join(here, '../docs')
  rmSync(path.join(docs, 'performance'), { recursive: true, force: true })
  mkdirSync(path.join(docs, 'performance'))
  for (const [file, text] of performanceFiles()) writeFileSync(path.join(docs, file), text)
}
