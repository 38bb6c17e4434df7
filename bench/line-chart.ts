/** @module What grows, as lines over what it grows with: both scales logarithmic, so that what doubles with it climbs at one angle. */

import type { Growth } from './report.ts'

const PANEL_HEIGHT = 190
const LEFT = 70
const RIGHT = 440
const TOP = 40
const BOTTOM = 150
const COLOURS = 4

/** How one kind of line looks, in both themes; behind the styles of the bars. */
export const LINE_STYLE = `
  .axis { stroke: #b9bbc6; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  .line0 { stroke: #3e63dd; fill: #3e63dd; }
  .line1 { stroke: #ad5700; fill: #ad5700; }
  .line2 { stroke: #297c3b; fill: #297c3b; }
  .line3 { stroke: #a144af; fill: #a144af; }
  @media (prefers-color-scheme: dark) {
    .axis { stroke: #5a6169; }
    .line0 { stroke: #849dff; fill: #849dff; }
    .line1 { stroke: #ffa057; fill: #ffa057; }
    .line2 { stroke: #71d083; fill: #71d083; }
    .line3 { stroke: #e796f3; fill: #e796f3; }
  }`

/** The height of a panel. */
export const linesHeight = PANEL_HEIGHT

/** One panel of lines. @param top - where it begins */
export function drawGrowth({ title, unit, over, lines }: Growth, top: number): string {
  const points = lines.flatMap((line) => line.points)
  const x = scale(
    points.map(([at]) => at),
    [LEFT, RIGHT],
  )
  const y = scale(
    points.map(([, figure]) => figure),
    [top + BOTTOM, top + TOP],
  )
  const heading = `<text class="title" x="12" y="${top + 22}">${toText(title)}<tspan class="quiet" font-weight="400"> · ${toText(unit)}, over ${toText(over)}</tspan></text>`
  const axis = `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${top + BOTTOM}" y2="${top + BOTTOM}"/>`
  const marks = [...new Set(points.map(([at]) => at))].map(
    (at) =>
      `<text class="quiet" x="${x(at)}" y="${top + BOTTOM + 18}" text-anchor="middle">${at.toLocaleString('en')}</text>`,
  )
  const drawn = lines.map((line, index) => drawLine(line, { index: index % COLOURS, x, y }))
  return [heading, axis, ...marks, ...spread(drawn)].join('\n')
}

interface DrawnLine {
  readonly shape: string
  readonly endY: number
  readonly label: string
}

interface LinePlace {
  readonly index: number
  readonly x: (at: number) => number
  readonly y: (figure: number) => number
}

function drawLine(
  { name, points }: Growth['lines'][number],
  { index, x, y }: LinePlace,
): DrawnLine {
  const places = points.map(([at, figure]) => `${x(at)},${y(figure)}`)
  const dots = places.map((place) => {
    const [cx, cy] = place.split(',')
    return `<circle class="line${index}" cx="${cx}" cy="${cy}" r="3"/>`
  })
  const [, last = 0] = points.at(-1) ?? []
  return {
    shape: `<polyline class="line line${index}" style="fill:none" points="${places.join(' ')}"/>${dots.join('')}`,
    endY: y(last),
    label: `${name}: ${points.map(([, figure]) => shorten(figure)).join(', ')}`,
  }
}

/** Names behind the ends of lines, none on another one. */
function spread(drawn: readonly DrawnLine[]): readonly string[] {
  let lowest = Number.NEGATIVE_INFINITY
  return drawn
    .toSorted((one, other) => one.endY - other.endY)
    .map(({ shape, endY, label }) => {
      lowest = Math.max(endY + 4, lowest + 15)
      return `${shape}<text x="${RIGHT + 12}" y="${lowest}">${toText(label)}</text>`
    })
}

/** A logarithmic scale; what is the same everywhere stands in the middle. */
function scale(figures: readonly number[], [from, to]: readonly [number, number]) {
  const logs = figures.map((figure) => Math.log10(Math.max(figure, Number.MIN_VALUE)))
  // At least a decade: what hardly grows is to look flat.
  const middle = (Math.max(...logs) + Math.min(...logs)) / 2
  const width = Math.max(1, Math.max(...logs) - Math.min(...logs))
  return (figure: number) => {
    const share = (Math.log10(Math.max(figure, Number.MIN_VALUE)) - middle) / width + 0.5
    return Number((from + share * (to - from)).toFixed(1))
  }
}

function shorten(figure: number): string {
  const digits = figure < 10 ? 2 : figure < 100 ? 1 : 0
  return Number(figure.toFixed(digits)).toLocaleString('en')
}

function toText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('`', '')
}
