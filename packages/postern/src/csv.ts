/** @module Rows as CSV that a spreadsheet opens without running anything in it. */

/** What stands in one cell. */
export type CsvCell = string | number | boolean | undefined

// Spreadsheets take the full-width signs for the ASCII ones, and look past a line break before any of them.
const BEGINS_FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const NEEDS_QUOTES = /[",\r\n]/

/**
 * Rows as RFC 4180 lines, each ended. A text that a spreadsheet would take for a formula gets an apostrophe before it, and NUL,
 * which ends a text for many a reader, is U+FFFD.
 *
 * @param lineEnd - default LF, as other lines of a program's output have it; as `text/csv` lines end in CRLF.
 * @see RFC 4180, section 2 - quotes and line ends
 * @see OWASP, "CSV Injection"
 */
export function formatCsv(rows: readonly (readonly CsvCell[])[], lineEnd = '\n'): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}${lineEnd}`).join('')
}

function formatCell(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell)
  const text = cell.replaceAll('\0', '\ufffd')
  const inert = BEGINS_FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
