/** @module The life of a Connect session: live until it is over, and what is written down when it ends. */

import type { Clock } from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type ConnectSessionEnd,
  type ConnectSessionRow,
  endConnectSession,
  isLive,
  readConnectSession,
} from '../store/connect-sessions.ts'
import type { Store } from '../store/store.ts'
import { sessionEnded, sessionNotFound } from './connect-session-error.ts'

/** What the life of sessions is kept with. */
export interface SessionLifeContext {
  readonly store: Store
  readonly clock: Clock
}

/** The session as it is now: one whose time is over has ended by that. */
export async function settle(
  context: SessionLifeContext,
  row: ConnectSessionRow,
): Promise<ConnectSessionRow> {
  if (!isLive(row.status) || context.clock.now() < row.expires_at) return row
  await endSession(context, row, { status: 'expired', by: { actor: 'postern' } })
  return (await readConnectSession(context.store, row.id)) ?? row
}

/** A session that is open. @throws {ConnectSessionError} `connect_session_ended`, `connect_session_not_found` */
export async function requireOpen(
  context: SessionLifeContext,
  id: string,
): Promise<ConnectSessionRow> {
  const found = (await readConnectSession(context.store, id)) ?? notThere()
  const row = await settle(context, found)
  if (row.status !== 'open') throw sessionEnded(row.status)
  return row
}

/**
 * Ends a session, in the caller's transaction if it has one.
 *
 * @returns the session as it ended; undefined where it had ended before.
 */
export async function endSession(
  { store, clock }: SessionLifeContext,
  { id, name }: ConnectSessionRow,
  { status, by }: { readonly status: ConnectSessionEnd; readonly by: Caller },
): Promise<ConnectSessionRow | undefined> {
  const now = clock.now()
  return store.transaction(async () => {
    const ended = await endConnectSession(store, id, { status, now })
    if (ended === undefined) return undefined
    const action = `connect-session.${status === 'revoked' ? 'revoke' : 'end'}`
    const about = { connection: name, target: id, outcome: 'ok', details: { status } }
    await appendAudit(store, { ...by, action, ...about }, now)
    return ended
  })
}

/** Refuses what came too late: what could not be changed is not open any more, or its time is over. */
export async function refuseEnded(store: Store, id: string): Promise<never> {
  const { status = 'expired' } = (await readConnectSession(store, id)) ?? {}
  throw sessionEnded(status === 'open' ? 'expired' : status)
}

function notThere(): never {
  throw sessionNotFound()
}
