/** @module Keeps a connection that was shown to work: its row, its secrets and the audit row, or nothing of them. */

import type { OrgUrl } from '@postern/core'
import type { Connection } from '../config/connection.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import type { ConnectionSettings, DoctorResult } from '../store/connection-settings.ts'
import { type ConnectionRow, findConnection, insertConnection } from '../store/connections.ts'
import { putSealed } from '../store/secrets.ts'
import type { ConnectionsContext } from './context.ts'
import { type PlacedSecret, settingsOf } from './credential.ts'
import { connectionExists, connectionNotFound } from './stored-connection-error.ts'

/** What a connection says beside its credential. */
export type NewConnectionSettings = Pick<ConnectionSettings, 'wants' | 'jwksUri' | 'rotationAdmin'>

/** A connection that is to be kept. */
export interface NewStoredConnection {
  readonly id: string
  readonly name: string
  readonly description?: string | undefined
  readonly org: OrgUrl
  readonly credential: Connection['credential']
  /** What is not sealed in its place yet. */
  readonly secrets: readonly PlacedSecret[]
  /** What it says beside its credential. */
  readonly more: NewConnectionSettings
  readonly rotationIntervalDays?: number | undefined
  readonly doctor: DoctorResult
}

/**
 * Keeps a connection in one transaction, the caller's if it has one.
 *
 * @param action - what the audit log calls it.
 * @throws {StoredConnectionError} `connection_exists`
 */
export function saveConnection(
  { store, seal, clock }: ConnectionsContext,
  { org, credential, secrets, more, ...about }: NewStoredConnection,
  { action, ...by }: Caller & { readonly action: 'connection.connect' | 'setup.apply' },
): Promise<ConnectionRow> {
  const { name, rotationIntervalDays } = about
  const { kind } = credential
  const clientId = kind === 'service-app' ? credential.clientId : undefined
  const settings: ConnectionSettings = { ...settingsOf(credential), ...more }
  const now = clock.now()
  const next = nextRotationAt(rotationIntervalDays, now)
  const details = { org, kind, clientId, kid: settings.publicJwk?.kid, scopes: settings.scopes }
  return store.transaction(async () => {
    const connection = { ...about, orgUrl: org, kind, clientId, settings, nextRotationAt: next }
    if (!(await insertConnection(store, connection, now))) throw connectionExists(name)
    for (const { place, sealed } of secrets) await putSealed(store, seal, place, sealed)
    await appendAudit(store, { ...by, action, connection: name, outcome: 'ok', details }, now)
    return (await findConnection(store, name)) ?? Promise.reject(connectionNotFound(name))
  })
}

/** When the key of a connection is rotated next. */
export function nextRotationAt(intervalDays: number | undefined, now: Date): Date | undefined {
  if (intervalDays === undefined) return undefined
  return new Date(now.getTime() + intervalDays * DAY_MS)
}

const DAY_MS = 86_400_000
