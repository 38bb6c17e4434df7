/** @module The table of standing approvals: what an operator's file approves of each connection. */

import type { StandingApproval } from '../config/standing-approval.ts'
import type { Store } from './store.ts'

/** The standing approvals of a connection, in the order of the file. */
export async function readStandingApprovals(
  store: Store,
  connectionId: string,
): Promise<readonly StandingApproval[]> {
  const row = await approvalsOf(store, connectionId).executeTakeFirst()
  return row?.approvals ?? []
}

/** The same, and nobody else reads them this way until the transaction ends: whoever counts their uses does. */
export async function holdStandingApprovals(
  store: Store,
  connectionId: string,
): Promise<readonly StandingApproval[]> {
  const row = await approvalsOf(store, connectionId).forUpdate().executeTakeFirst()
  return row?.approvals ?? []
}

/** Keeps the standing approvals of a connection, in the place of those before. */
export async function putStandingApprovals(
  store: Store,
  connectionId: string,
  approvals: readonly StandingApproval[],
  now: Date,
): Promise<void> {
  const content = { approvals: JSON.stringify(approvals), updated_at: now }
  await store.db
    .insertInto('standing_approval')
    .values({ connection_id: connectionId, ...content })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(content))
    .execute()
}

/** Forgets the standing approvals of a connection. */
export async function deleteStandingApprovals(store: Store, connectionId: string): Promise<void> {
  await store.db.deleteFrom('standing_approval').where('connection_id', '=', connectionId).execute()
}

function approvalsOf({ db }: Store, connectionId: string) {
  return db
    .selectFrom('standing_approval')
    .select('approvals')
    .where('connection_id', '=', connectionId)
}
