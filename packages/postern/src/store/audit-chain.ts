/** @module How rows of the audit log hang together: each has the hash of its members and of the row before. */

import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AuditTable } from './schema.ts'

/** A row as it is stored. */
export type AuditRow = Selectable<AuditTable>

/** What the first row has in the place of a hash before. */
export const chainStart: Uint8Array = new Uint8Array(32)

/** The hash of a row: SHA-256 over the hash before and the members, as JSON in this order. */
export function hashOfRow(row: Omit<AuditRow, 'hash'>): Uint8Array {
  const { seq, at, actor, action, connection, target, outcome, request_id, details } = row
  const members = [seq, at.toISOString(), actor, action, connection, target, outcome, request_id]
  return createHash('sha256')
    .update(row.previous_hash)
    .update(JSON.stringify([...members, details]))
    .digest()
}
