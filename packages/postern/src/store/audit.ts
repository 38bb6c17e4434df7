/** @module The audit log: who did what to which connection, each row chained to the one before by its hash. */

import { createHash } from 'node:crypto'
import type { Store } from './store.ts'

/** One thing that was done, or refused. */
export interface AuditEntry {
  /** Who: `access-key:ID`, `local` for a person at the machine, `postern` for what it does by itself. */
  readonly actor: string
  /** Concept, dot, verb: `connection.connect`, `token.hand-out`. */
  readonly action: string
  /** The name of the connection. */
  readonly connection?: string | undefined
  /** What else it was done to: the id of an access key, a host. */
  readonly target?: string | undefined
  /** `ok`, or the code of the error. */
  readonly outcome: string
  readonly requestId?: string | undefined
  /** Facts for programs. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** Who does something, for the audit log. */
export interface Caller {
  readonly actor: string
  readonly requestId?: string | undefined
}

/** Appends to the log, in the caller's transaction if it has one. */
export async function appendAudit(
  store: Store,
  entries: AuditEntry | readonly AuditEntry[],
  now: Date = new Date(),
): Promise<void> {
  await store.transaction(async () => {
    const head = await store.db
      .selectFrom('audit_head')
      .select(['seq', 'hash'])
      .where('id', '=', 1)
      .forUpdate()
      .executeTakeFirstOrThrow()
    let { seq, hash }: { seq: number; hash: Uint8Array } = head
    const rows = [entries].flat().map((entry) => {
      const row = { seq: seq + 1, at: now, ...columnsOf(entry), previous_hash: hash }
      ;({ seq } = row)
      hash = hashOf(row)
      return { ...row, hash }
    })
    if (rows.length === 0) return
    await store.db.insertInto('audit').values(rows).execute()
    await store.db.updateTable('audit_head').set({ seq, hash }).where('id', '=', 1).execute()
  })
}

function columnsOf(entry: AuditEntry) {
  const { actor, action, outcome } = entry
  return {
    actor,
    action,
    connection: entry.connection ?? null,
    target: entry.target ?? null,
    outcome,
    request_id: entry.requestId ?? null,
    details: JSON.stringify(entry.details ?? {}),
  }
}

/** The hash of a row: over its members in this order, and the hash before. */
function hashOf(row: {
  readonly seq: number
  readonly at: Date
  readonly actor: string
  readonly action: string
  readonly connection: string | null
  readonly target: string | null
  readonly outcome: string
  readonly request_id: string | null
  readonly details: string
  readonly previous_hash: Uint8Array
}): Uint8Array {
  const { seq, at, actor, action, connection, target, outcome, request_id, details } = row
  const text = JSON.stringify([
    seq,
    at.toISOString(),
    actor,
    action,
    connection,
    target,
    outcome,
    request_id,
    details,
  ])
  return createHash('sha256').update(row.previous_hash).update(text).digest()
}
