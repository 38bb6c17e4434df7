/** @module The committed results, and single figures of them. */

import { existsSync, readFileSync } from 'node:fs'
import type { Figures } from './measure.ts'
import type { Result, Table } from './report.ts'

/** Where one figure stands: the row of a table, and which of its columns. */
export interface Place {
  readonly result: string
  /** Of a table its title, of a grid its first column. */
  readonly table: string
  /** Where several tables have that title. */
  readonly unit?: string
  /** The first row, where several tables have that title and unit. */
  readonly peer?: string
  readonly row: string
  /** Of a table `median`, `min`, `max` or `ratio`; of a grid the column's heading. */
  readonly column: string
}

/** What a program measured the last time, or undefined where it was not run yet. */
export function readResult(name: string): Result | undefined {
  const file = new URL(`results/${name}.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/**
 * One figure; undefined where its program was not run yet.
 *
 * @throws {Error} where no or more than one figure stands in that place.
 */
export function figureAt(place: Place): number | undefined {
  const result = readResult(place.result)
  if (result === undefined) return undefined
  const found = result.tables.flatMap((table) => {
    if ('figures' in table) return isMeant(table, place) ? [cellOf(table.figures, place)] : []
    if ('lines' in table) return []
    if (table.columns[0] !== place.table) return []
    const row = table.rows.find(([first]) => first === place.row)
    return [toNumber(row?.[table.columns.indexOf(place.column)])]
  })
  const [figure] = found
  if (found.length !== 1 || figure === undefined || Number.isNaN(figure)) {
    throw new Error(`${found.length} figures stand at ${JSON.stringify(place)}.`)
  }
  return figure
}

function isMeant({ title, unit, figures }: Table, place: Place): boolean {
  if (title !== place.table || unit !== (place.unit ?? unit)) return false
  return place.peer === undefined || figures[0]?.name === place.peer
}

function cellOf(figures: readonly Figures[], { row, column }: Place): number | undefined {
  return toNumber(figures.find(({ name }) => name === row)?.[column as keyof Figures])
}

function toNumber(cell: string | number | undefined): number | undefined {
  if (typeof cell !== 'string') return cell
  return Number.parseFloat(cell.replaceAll(',', ''))
}
