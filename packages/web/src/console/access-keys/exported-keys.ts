/** @module Access keys as a spreadsheet has them. */

import type { CsvColumn } from '../parts/csv.ts'
import { type AccessKey, ruleText } from './access-key.ts'

/** The columns, by the names of the API. */
export const exportedColumns: readonly CsvColumn<AccessKey>[] = [
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['rules', ({ rules }) => rules.map(ruleText).join('; ')],
  ['createdAt', ({ createdAt }) => createdAt],
  ['expiresAt', ({ expiresAt }) => expiresAt],
  ['lastUsedAt', ({ lastUsedAt }) => lastUsedAt],
  ['revokedAt', ({ revokedAt }) => revokedAt],
]
