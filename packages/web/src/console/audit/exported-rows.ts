/** @module Rows of the audit log as a spreadsheet has them. */

import type { CsvColumn } from '../parts/csv.ts'
import type { AuditRow } from './row.ts'

/** The columns, by the names of the API. */
export const exportedColumns: readonly CsvColumn<AuditRow>[] = [
  ['seq', ({ seq }) => String(seq)],
  ['at', ({ at }) => at],
  ['actor', ({ actor }) => actor],
  ['action', ({ action }) => action],
  ['connection', ({ connection }) => connection],
  ['target', ({ target }) => target],
  ['outcome', ({ outcome }) => outcome],
  ['requestId', ({ requestId }) => requestId],
  ['details', ({ details }) => JSON.stringify(details)],
  ['hash', ({ hash }) => hash],
]
