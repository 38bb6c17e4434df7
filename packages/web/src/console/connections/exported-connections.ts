/** @module Connections as a spreadsheet has them. */

import type { CsvColumn } from '../parts/csv.ts'
import type { Connection } from './connection.ts'

/** The columns, by the names of the API. */
export const exportedColumns: readonly CsvColumn<Connection>[] = [
  ['name', ({ name }) => name],
  ['description', ({ description }) => description],
  ['orgUrl', ({ orgUrl }) => orgUrl],
  ['kind', ({ kind }) => kind],
  ['clientId', ({ clientId }) => clientId],
  ['scopes', ({ scopes }) => scopes?.join(' ')],
  ['kid', ({ kid }) => kid],
  ['credentialSince', ({ credentialSince }) => credentialSince],
  ['nextRotationAt', ({ nextRotationAt }) => nextRotationAt],
  ['state', ({ doctor }) => doctor?.status ?? 'unknown'],
  ['checkedAt', ({ doctor }) => doctor?.at],
  ['problems', ({ doctor }) => doctor?.problems.join(' ')],
]
