/** @module The table of Connect sessions. Of link and token it has the SHA-256; what a person gave is sealed under its id. */

import type { Finding } from '@postern/core'
import { type Selectable, sql } from 'kysely'
import type {
  ConnectDraft,
  ConnectSessionSettings,
  ConnectSessionStatus,
} from './connect-session-values.ts'
import type { ConnectSessionTable } from './schema.ts'
import { removeSecrets } from './secrets.ts'
import type { Store } from './store.ts'

/** One row. */
export type ConnectSessionRow = Readonly<Selectable<ConnectSessionTable>>

/** How a session can end. */
export type ConnectSessionEnd = Exclude<ConnectSessionStatus, 'waiting' | 'open'>

const LIVE = ['waiting', 'open'] as const

/** Whether a session has not ended. */
export function isLive(status: ConnectSessionStatus): status is (typeof LIVE)[number] {
  return status === 'waiting' || status === 'open'
}

/** Stores a session that nobody has opened. False, and nothing is stored, where `max` of them have not ended. */
export async function insertConnectSession(
  store: Store,
  session: {
    readonly id: string
    readonly name: string
    readonly linkHash: Uint8Array
    readonly settings: ConnectSessionSettings
    readonly now: Date
    readonly expiresAt: Date
    readonly max: number
  },
): Promise<boolean> {
  const { id, name, linkHash, settings, now, expiresAt, max } = session
  return store.transaction(async () => {
    const { count } = await store.db
      .selectFrom('connect_session')
      .select(sql<number>`count(*)`.as('count'))
      .where('status', 'in', LIVE)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow()
    if (Number(count) >= max) return false
    await store.db
      .insertInto('connect_session')
      .values({
        id,
        name,
        status: 'waiting',
        link_hash: linkHash,
        token_hash: null,
        settings: JSON.stringify(settings),
        draft: null,
        failures: 0,
        findings: null,
        created_at: now,
        expires_at: expiresAt,
        ended_at: null,
      })
      .execute()
    return true
  })
}

/** A session; undefined where there is none. */
export function readConnectSession(
  store: Store,
  id: string,
): Promise<ConnectSessionRow | undefined> {
  return store.db.selectFrom('connect_session').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Every session that is kept, the oldest first. */
export function listConnectSessions(store: Store): Promise<readonly ConnectSessionRow[]> {
  return store.db
    .selectFrom('connect_session')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Exchanges the link of a session for a token. Undefined where it was exchanged before, or the session has ended. */
export function openConnectSession(
  store: Store,
  id: string,
  { tokenHash, now }: { readonly tokenHash: Uint8Array; readonly now: Date },
): Promise<ConnectSessionRow | undefined> {
  return store.db
    .updateTable('connect_session')
    .set({ status: 'open', token_hash: tokenHash })
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
}

/** Changes a session that is open. Undefined where it is not, or not any more. */
export function updateConnectSession(
  store: Store,
  id: string,
  change: {
    readonly draft?: ConnectDraft
    readonly findings?: readonly Finding[]
    readonly failures?: number
  },
  now: Date,
): Promise<ConnectSessionRow | undefined> {
  const { draft, findings, failures } = change
  return store.db
    .updateTable('connect_session')
    .set({
      ...(draft === undefined ? {} : { draft: JSON.stringify(draft) }),
      ...(findings === undefined ? {} : { findings: JSON.stringify(findings) }),
      ...(failures === undefined ? {} : { failures }),
    })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
}

/**
 * Ends a session, and deletes what a person gave. Undefined where it has ended already; `connected` ends one that is open
 * and has not expired, and no other.
 */
export async function endConnectSession(
  store: Store,
  id: string,
  { status, now }: { readonly status: ConnectSessionEnd; readonly now: Date },
): Promise<ConnectSessionRow | undefined> {
  return store.transaction(async () => {
    let query = store.db
      .updateTable('connect_session')
      .set({ status, draft: null, ended_at: now })
      .where('id', '=', id)
      .where('status', 'in', LIVE)
    if (status === 'connected') {
      query = query.where('status', '=', 'open').where('expires_at', '>', now)
    }
    const ended = await query.returningAll().executeTakeFirst()
    if (ended !== undefined) await removeSecrets(store, { connectionId: id })
    return ended
  })
}

/** The sessions whose time is over and that have not ended. */
export async function listExpiredConnectSessions(
  store: Store,
  now: Date,
): Promise<readonly ConnectSessionRow[]> {
  return store.db
    .selectFrom('connect_session')
    .selectAll()
    .where('status', 'in', LIVE)
    .where('expires_at', '<=', now)
    .execute()
}

/** Deletes the sessions that ended before. */
export async function deleteConnectSessions(store: Store, endedBefore: Date): Promise<void> {
  await store.db.deleteFrom('connect_session').where('ended_at', '<', endedBefore).execute()
}
