/** @module Goes over the whole audit log and finds what was changed in it. */

import { type AuditRow, chainStart, hashOfRow } from './audit-chain.ts'
import type { Store } from './store.ts'

/** What is wrong with a log. */
export interface AuditBreach {
  /** The number of the first row that is not as it was written. */
  readonly seq: number
  /**
   * `changed`: a member or its hash; `missing`: the row is gone; `moved`: it does not follow on the one before; `cut-off`: the
   * rows from this one on are gone; `unexpected`: more rows than were written.
   */
  readonly kind: 'changed' | 'missing' | 'moved' | 'cut-off' | 'unexpected'
}

/** The end of the log at some time: kept elsewhere, it shows a log that was cut off or written anew from before it. */
export interface AuditEnd {
  readonly seq: number
  readonly hash: Uint8Array
}

/** What was found. */
export interface AuditVerdict {
  /** The last row that is as it was written, as are all before it. */
  readonly end: AuditEnd
  readonly breach?: AuditBreach
}

/** Options of {@link verifyAudit}. */
export interface VerifyAuditOptions {
  /** An end that was found before. */
  readonly known?: AuditEnd | undefined
  readonly signal?: AbortSignal | undefined
  /** Told now and then how far it is. */
  readonly onRows?: ((rows: number) => void) | undefined
}

const ROWS_PER_PAGE = 1_000

/** Verifies every row up to the one that is the last now. Reads page by page; rows that are added meanwhile are left out. */
export async function verifyAudit(
  store: Store,
  options: VerifyAuditOptions = {},
): Promise<AuditVerdict> {
  const { known, signal, onRows } = options
  const head = await readHead(store)
  let end: AuditEnd = { seq: 0, hash: chainStart }
  for (;;) {
    signal?.throwIfAborted()
    const page = await readPage(store, end.seq, head.seq)
    for (const row of page) {
      const breach = judge(row, end) ?? judgeKnown(row, known)
      if (breach !== undefined) return { end, breach }
      end = { seq: row.seq, hash: row.hash }
    }
    onRows?.(end.seq)
    if (page.length < ROWS_PER_PAGE) break
  }
  const last = Math.max(head.seq, known?.seq ?? 0)
  if (end.seq < last) return { end, breach: { seq: end.seq + 1, kind: 'cut-off' } }
  if (!isSame(end.hash, head.hash)) return { end, breach: { seq: end.seq, kind: 'changed' } }
  const isLonger = (await readPage(store, end.seq)).length > 0
  return isLonger && (await readHead(store)).seq === head.seq
    ? { end, breach: { seq: end.seq + 1, kind: 'unexpected' } }
    : { end }
}

async function readHead(store: Store): Promise<AuditEnd> {
  return store.db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
}

async function readPage(store: Store, after: number, last?: number): Promise<readonly AuditRow[]> {
  let query = store.db.selectFrom('audit').selectAll().where('seq', '>', after)
  if (last !== undefined) query = query.where('seq', '<=', last)
  return query.orderBy('seq').limit(ROWS_PER_PAGE).execute()
}

function judge(row: AuditRow, previous: Pick<AuditRow, 'seq' | 'hash'>): AuditBreach | undefined {
  const seq = previous.seq + 1
  if (row.seq !== seq) return { seq, kind: 'missing' }
  if (!isSame(row.hash, hashOfRow(row))) return { seq, kind: 'changed' }
  return isSame(row.previous_hash, previous.hash) ? undefined : { seq, kind: 'moved' }
}

function judgeKnown({ seq, hash }: AuditRow, known: AuditEnd | undefined): AuditBreach | undefined {
  return seq === known?.seq && !isSame(hash, known.hash) ? { seq, kind: 'changed' } : undefined
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
