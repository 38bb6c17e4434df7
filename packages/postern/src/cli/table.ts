/** @module Records as a table for people: the columns that fit, in the width of the terminal. */

import { cellsOf, columnsOf } from './columns.ts'
import { paint, showPlain } from './output.ts'

const GAP = 2
const MAX_CELL_WIDTH = 40
// Where there is no terminal whose width could be asked for.
const PIPE_WIDTH = 160

/** The columns of a table and their widths. */
export interface TableLayout {
  readonly columns: readonly string[]
  readonly widths: readonly number[]
}

/**
 * The layout for records like these: the columns that tell most first, then the others, those that are empty left out,
 * as many as the width takes.
 */
export function layOut(
  records: readonly unknown[],
  first: readonly string[] = [],
  width: number = process.stdout.columns ?? PIPE_WIDTH,
): TableLayout {
  const known = columnsOf(records)
  const ordered = [...new Set([...first.filter((name) => known.includes(name)), ...known])]
  const columns: string[] = []
  const widths: number[] = []
  let left = width
  for (const column of ordered) {
    const cells = records.map((record) => cellText(cellsOf(record, [column])[0]))
    if (cells.every((cell) => cell === '')) continue
    const needed = Math.max(column.length, ...cells.map((cell) => cell.length))
    if (columns.length > 0 && needed > left) continue
    columns.push(column)
    widths.push(needed)
    left -= needed + GAP
  }
  return { columns, widths }
}

/** The heading of a table. */
export function formatHeading({ columns, widths }: TableLayout): string {
  return paint('dim', formatRow(columns, widths), process.stdout)
}

/** Records as rows, one line each. */
export function formatRows(records: readonly unknown[], { columns, widths }: TableLayout): string {
  return records
    .map((record) => formatRow(cellsOf(record, columns).map(cellText), widths))
    .join('\n')
}

function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => inWidth(cell, widths[index] ?? 0))
    .join(' '.repeat(GAP))
    .trimEnd()
}

function inWidth(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, Math.max(0, width - 1))}…` : cell.padEnd(width)
}

function cellText(cell: string | number | boolean | undefined): string {
  const text = cell === undefined ? '' : showPlain(String(cell))
  return text.length > MAX_CELL_WIDTH ? `${text.slice(0, MAX_CELL_WIDTH - 1)}…` : text
}
