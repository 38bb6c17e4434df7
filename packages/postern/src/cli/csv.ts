/** @module Rows as CSV that a spreadsheet opens without running anything in it. */

/** What stands in one cell. */
export type CsvCell = string | number | boolean | undefined

// Spreadsheets take the full-width signs for the ASCII ones.
const BEGINS_FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const NEEDS_QUOTES = /[",\r\n]/

/**
 * Rows as RFC 4180 lines, each ended. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 *
 * @see RFC 4180, section 2 - quotes; line ends are LF, as other lines of a program's output are
 * @see OWASP, "CSV Injection"
 */
export function formatCsv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\n`).join('')
}

function formatCell(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell)
  const text = BEGINS_FORMULA.test(cell) ? `'${cell}` : cell
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
