/** @module The audit log: who did what to which connection, each row chained to the one before by its hash. */

import { PosternError } from '@postern/core'
import { hashOfRow } from './audit-chain.ts'
import { auditUnwritable } from './audit-error.ts'
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
  /** When, where that is not when the row is written. */
  readonly at?: Date | undefined
}

/** Who does something, for the audit log. */
export interface Caller {
  readonly actor: string
  readonly requestId?: string | undefined
}

// A statement has at most 65,535 parameters, and a row takes eleven.
const ROWS_PER_STATEMENT = 1_000

/**
 * Appends to the log, in the caller's transaction if it has one.
 *
 * @throws {AuditError} `audit_unwritable`; the transaction is to be given up then.
 */
export async function appendAudit(
  store: Store,
  entries: AuditEntry | readonly AuditEntry[],
  now: Date = new Date(),
): Promise<void> {
  try {
    await store.transaction(() => append(store, [entries].flat(), now))
  } catch (error) {
    throw error instanceof PosternError ? error : auditUnwritable(error)
  }
}

async function append(store: Store, entries: readonly AuditEntry[], now: Date): Promise<void> {
  if (entries.length === 0) return
  const head = await store.db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', 1)
    .forUpdate()
    .executeTakeFirstOrThrow()
  let { seq, hash }: { seq: number; hash: Uint8Array } = head
  const rows = entries.map((entry) => {
    seq += 1
    const row = { seq, ...columnsOf(entry, now), previous_hash: hash }
    hash = hashOfRow(row)
    return { ...row, hash }
  })
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const some = rows.slice(start, start + ROWS_PER_STATEMENT)
    await store.db.insertInto('audit').values(some).execute()
  }
  await store.db.updateTable('audit_head').set({ seq, hash }).where('id', '=', 1).execute()
}

function columnsOf(entry: AuditEntry, now: Date) {
  const { actor, action, outcome } = entry
  return {
    at: entry.at ?? now,
    actor,
    action,
    connection: entry.connection ?? null,
    target: entry.target ?? null,
    outcome,
    request_id: entry.requestId ?? null,
    details: JSON.stringify(entry.details ?? {}),
  }
}
