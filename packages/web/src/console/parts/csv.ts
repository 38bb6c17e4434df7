/** @module Rows as the text of a spreadsheet, in which nothing is taken for a formula (S28). */

/** A column: its name, and what a row has in it. */
export type CsvColumn<Row> = readonly [name: string, cell: (row: Row) => string | undefined]

// A spreadsheet runs what begins with one of these.
const FORMULA = /^[=+\-@\t\r]/
const QUOTED = /[",\r\n]/

/** The text. @see RFC 4180 */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(([name]) => name),
    ...rows.map((row) => columns.map(([, cell]) => cell(row) ?? '')),
  ]
  return lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('')
}

function cellText(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text
  return QUOTED.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
