/** @module What is written down before records are handed out. */

import type { Caller } from '../store/audit.ts'
import type { Services } from './services.ts'

/**
 * Notes that records are looked through, with a row of each connection: most of them are about people.
 *
 * @param records.kind - `event`, or a kind of objects.
 * @throws {AuditError} `audit_unwritable`: nothing is handed out then.
 */
export async function noteRecordsRead(
  { auditBatch }: Pick<Services, 'auditBatch'>,
  by: Caller,
  { kind, connections }: { readonly kind: string; readonly connections: Iterable<string> },
): Promise<void> {
  const entry = { ...by, action: 'records.read', target: kind, outcome: 'ok' }
  for (const connection of connections) await auditBatch.add({ ...entry, connection })
}
