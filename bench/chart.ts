/** @module The tables of one result as bars, and what grows as lines, in an SVG that needs nothing else and follows the reader's theme. */

import { drawGrowth, LINE_STYLE, linesHeight } from './line-chart.ts'
import type { Figures } from './measure.ts'
import type { Result, Table } from './report.ts'

const WIDTH = 760
const LABEL_WIDTH = 330
const BAR_WIDTH = 280
const ROW_HEIGHT = 22
const TITLE_HEIGHT = 34
const BAR_HEIGHT = 12

const STYLE = `
  .ground { fill: #fcfcfd; }
  text { font: 12px system-ui, sans-serif; fill: #1c2024; }
  .title { font-weight: 600; }
  .quiet { fill: #60646c; }
  .bar { fill: #3e63dd; }
  .peer { fill: #b9bbc6; }
  .spread { stroke: #1c2024; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #111113; }
    text { fill: #edeef0; }
    .quiet { fill: #b0b4ba; }
    .bar { fill: #849dff; }
    .peer { fill: #5a6169; }
    .spread { stroke: #edeef0; }
  }`

/** The bars of all tables of figures, and the lines of what grows; undefined where there are neither. The lines over bars go from the least to the most. */
export function drawResult({ name, tables }: Result): string | undefined {
  const drawn = tables.filter((table) => 'figures' in table || 'lines' in table)
  if (drawn.length === 0) return undefined
  let y = 0
  const panels = drawn.map((table) => {
    const panel = 'lines' in table ? drawGrowth(table, y) : drawTable(table, y)
    y += 'lines' in table ? linesHeight : TITLE_HEIGHT + table.figures.length * ROW_HEIGHT
    return panel
  })
  const height = y + 12
  const hasLines = drawn.some((table) => 'lines' in table)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${name}: the figures of ${name}.md as ${hasLines ? 'lines' : 'bars'}">
<style>${STYLE}${hasLines ? LINE_STYLE : ''}
</style>
<rect class="ground" width="100%" height="100%"/>
${panels.join('\n')}
</svg>
`
}

function drawTable({ title, unit, digits, figures }: Table, top: number): string {
  const most = Math.max(...figures.map(({ max }) => max))
  const heading = `<text class="title" x="12" y="${top + 22}">${toText(title)}<tspan class="quiet" font-weight="400"> · ${toText(unit)}</tspan></text>`
  const rows = figures.map((figure, index) =>
    drawRow(figure, {
      ...{ top: top + TITLE_HEIGHT + index * ROW_HEIGHT, most, digits },
      isPeer: index === 0,
    }),
  )
  return [heading, ...rows].join('\n')
}

interface Row {
  readonly top: number
  readonly most: number
  readonly digits: number
  readonly isPeer: boolean
}

function drawRow({ name, median, min, max, ratio }: Figures, row: Row): string {
  const x = (figure: number) => Number((LABEL_WIDTH + (figure / row.most) * BAR_WIDTH).toFixed(1))
  const middle = row.top + BAR_HEIGHT / 2
  const width = Math.max(1, x(median) - LABEL_WIDTH).toFixed(1)
  const value = `${median.toFixed(row.digits)}${row.isPeer ? '' : ` · ${ratio.toFixed(2)} x`}`
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${toText(short(name))}</text>`,
    `<rect class="${row.isPeer ? 'peer' : 'bar'}" x="${LABEL_WIDTH}" y="${row.top}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<line class="spread" x1="${x(min)}" x2="${x(max)}" y1="${middle}" y2="${middle}"/>`,
    `<text class="quiet" x="${LABEL_WIDTH + BAR_WIDTH + 10}" y="${middle + 4}">${value}</text>`,
  ].join('')
}

const LONGEST_LABEL = 52

function short(name: string): string {
  const plain = name.replaceAll('`', '')
  return plain.length > LONGEST_LABEL ? `${plain.slice(0, LONGEST_LABEL - 1)}…` : plain
}

function toText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('`', '')
}
