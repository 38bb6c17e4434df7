/** @module Connects: every value judged, the doctor first, then sealed, then kept in one transaction. */

import { randomUUID } from 'node:crypto'
import type { Finding } from '@postern/core'
import type { Connection } from '../config/connection.ts'
import { ownKeySetUrl } from '../config/key-set.ts'
import {
  type ConnectionRequest,
  type NamedConnection,
  parseNamedConnection,
} from '../config/named-connection.ts'
import { isProbablePrime } from '../http/primes.ts'
import type { Caller } from '../store/audit.ts'
import { type ConnectionRow, findConnection } from '../store/connections.ts'
import { auditFailure } from './audit-failure.ts'
import type { ConnectionsContext } from './context.ts'
import { sealCredential } from './credential.ts'
import { requireOneKey, useKeyDraft, withDraft } from './key-drafts.ts'
import { scheduleWarnings } from './key-holder.ts'
import { type NewConnectionSettings, saveConnection } from './save.ts'
import { connectionExists } from './stored-connection-error.ts'
import {
  leaveToDoctor,
  requireUsable,
  resultOf,
  type TrialOptions,
  tryOut,
  withFoundScopes,
} from './trial.ts'

/** A connection that is to be kept. */
export interface ConnectRequest extends ConnectionRequest {
  /** Keeps it even if it does not work, or not yet. */
  readonly force?: boolean | undefined
}

/** A connection that is kept now, and what the doctor found. */
export interface Connected {
  readonly row: ConnectionRow
  readonly findings: readonly Finding[]
  /** What is worth knowing about the values. */
  readonly warnings: Connection['warnings']
}

/** Values that can be used. */
export interface Judged {
  readonly request: ConnectionRequest
  readonly named: NamedConnection
}

/** A connection that was tried out. */
export interface Tried extends Judged {
  readonly findings: readonly Finding[]
  /** With the scopes that were found where none were named. */
  readonly credential: Connection['credential']
}

/**
 * Tries a connection out and keeps it. Stopped anywhere, it has kept nothing or everything.
 *
 * @throws {ConnectionError} with every value that cannot be used.
 * @throws {StoredConnectionError} `connection_exists`; `connection_unusable` with what was found, unless it is forced.
 * @throws {SealError} where nothing can be sealed.
 */
export async function connect(
  context: ConnectionsContext,
  { force, ...request }: ConnectRequest,
  by: Caller,
  options: TrialOptions = {},
): Promise<Connected> {
  const judged = await judgeConnection(context, request)
  const { name } = judged.named
  return auditFailure(context, { ...by, action: ACTION, connection: name }, async () => {
    await requireRoom(context, name)
    const tried = await tryConnection(context, judged, options)
    requireUsable(name, { ...tried, force })
    return keepConnection(context, tried, by, options)
  })
}

const ACTION = 'connection.connect'

/** Judges every value. Nobody is asked. @throws {ConnectionError} with every value that cannot be used; {@link KeyDraftError} */
export async function judgeConnection(
  context: ConnectionsContext,
  asked: ConnectionRequest,
): Promise<Judged> {
  const { dev, publicUrl } = context
  requireOneKey(asked.values.key, asked.keyDraft)
  const values = await withDraft(context, asked.values, asked.keyDraft)
  const request = { ...asked, values }
  const named = await parseNamedConnection(request, {
    customDomains: await context.customDomains(),
    dev,
    isProbablePrime,
    findScopes: leaveToDoctor,
    ownKeySetUrl: publicUrl === undefined ? undefined : (name) => ownKeySetUrl(publicUrl, name),
  })
  return { request, named }
}

/**
 * Refuses a name that is taken, and a store that can seal nothing: nobody waits for the doctor to hear of it.
 *
 * @throws {StoredConnectionError} `connection_exists`; {@link SealError}
 */
export async function requireRoom(
  { store, seal }: ConnectionsContext,
  name: string,
): Promise<void> {
  await seal.keys.newest()
  if ((await findConnection(store, name)) !== undefined) throw connectionExists(name)
}

/** Lets the doctor look at values that can be used. */
export async function tryConnection(
  context: ConnectionsContext,
  judged: Judged,
  options: TrialOptions,
): Promise<Tried> {
  const { request, named } = judged
  const trial = { org: named.org, values: request.values, wants: named.wants }
  const findings = await tryOut(context, trial, options)
  return { ...judged, findings, credential: withFoundScopes(named.credential, findings) }
}

/** Keeps what was tried out, all of it or nothing. @param options.within - done in the same transaction, behind it. */
export async function keepConnection(
  context: ConnectionsContext,
  { request, named, findings, credential }: Tried,
  by: Caller,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly within?: () => Promise<void>
  } = {},
): Promise<Connected> {
  const { store, seal, clock } = context
  const id = randomUUID()
  const secrets = await sealCredential(seal, id, credential)
  options.signal?.throwIfAborted()
  const doctor = resultOf(findings, clock.now())
  const { name, description, org, rotationIntervalDays, warnings } = named
  const about = { id, name, description, org, credential, secrets, rotationIntervalDays, doctor }
  const row = await store.transaction(async () => {
    if (request.keyDraft !== undefined) await useKeyDraft(store, request.keyDraft)
    const connection = { ...about, more: ownSettings(named) }
    const kept = await saveConnection(context, connection, { ...by, action: ACTION })
    await options.within?.()
    return kept
  })
  return { row, findings, warnings: [...warnings, ...scheduleWarnings(row, context.publicUrl)] }
}

/** What a connection says beside its credential. */
function ownSettings({ wants, rotationAdmin, jwksUri }: NamedConnection): NewConnectionSettings {
  return {
    ...(wants === undefined ? {} : { wants }),
    ...(rotationAdmin === undefined ? {} : { rotationAdmin }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
  }
}
