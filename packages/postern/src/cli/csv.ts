/** @module Rows as CSV that a spreadsheet opens without running anything in it. */

import { stringify } from 'csv-stringify/sync'

/**
 * Rows as RFC 4180 lines, each ended. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 *
 * @see OWASP, "CSV Injection"
 */
export function formatCsv(
  rows: readonly (readonly (string | number | boolean | undefined)[])[],
): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, cast: { boolean: String } },
  )
}
