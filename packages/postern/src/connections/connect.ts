/** @module Connects: every value judged, the doctor first, then sealed, then kept in one transaction. */

import { randomUUID } from 'node:crypto'
import { type Finding, PosternError } from '@postern/core'
import type { Connection } from '../config/connection.ts'
import {
  type ConnectionRequest,
  type NamedConnection,
  parseNamedConnection,
} from '../config/named-connection.ts'
import { isProbablePrime } from '../http/primes.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import type { DoctorResult } from '../store/connection-settings.ts'
import { type ConnectionRow, findConnection, insertConnection } from '../store/connections.ts'
import { putSealed } from '../store/secrets.ts'
import type { ConnectionsContext } from './context.ts'
import { type PlacedSecret, sealCredential, settingsOf } from './credential.ts'
import { connectionExists, connectionNotFound } from './stored-connection-error.ts'
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

/**
 * Tries a connection out and keeps it. Stopped anywhere, it has kept nothing or everything.
 *
 * @throws {ConnectionError} with every value that cannot be used.
 * @throws {StoredConnectionError} `connection_exists`; `connection_unusable` with what was found, unless it is forced.
 * @throws {SealError} where nothing can be sealed.
 */
export async function connect(
  context: ConnectionsContext,
  request: ConnectRequest,
  by: Caller,
  options: TrialOptions = {},
): Promise<Connected> {
  const { store, clock, dev, customDomains } = context
  const named = await parseNamedConnection(request, {
    customDomains: await customDomains(),
    dev,
    isProbablePrime,
    findScopes: leaveToDoctor,
  })
  try {
    return await connectNamed(context, { request, named, by }, options)
  } catch (error) {
    if (error instanceof PosternError) {
      const { code: outcome } = error
      const entry = { ...by, action: 'connection.connect', connection: named.name, outcome }
      await appendAudit(store, entry, clock.now())
    }
    throw error
  }
}

interface Connecting {
  readonly request: ConnectRequest
  readonly named: NamedConnection
  readonly by: Caller
}

async function connectNamed(
  context: ConnectionsContext,
  { request, named, by }: Connecting,
  { onFinding, signal }: TrialOptions,
): Promise<Connected> {
  const { store, seal, clock } = context
  const { name, wants, warnings } = named
  // Nobody waits for the doctor to hear that the name is taken, or that nothing can be sealed.
  await seal.keys.newest()
  if ((await findConnection(store, name)) !== undefined) throw connectionExists(name)
  const trial = { org: named.org, values: request.values, wants }
  const findings = await tryOut(context, trial, { onFinding, signal })
  const credential = withFoundScopes(named.credential, findings)
  requireUsable(name, { credential, findings, force: request.force })
  const id = randomUUID()
  const secrets = await sealCredential(seal, id, credential)
  signal?.throwIfAborted()
  const doctor = resultOf(findings, clock.now())
  const row = await keep(context, { id, named: { ...named, credential }, secrets, doctor }, by)
  return { row, findings, warnings }
}

interface Keeping {
  readonly id: string
  readonly named: NamedConnection
  readonly secrets: readonly PlacedSecret[]
  readonly doctor: DoctorResult
}

function keep(
  { store, seal, clock }: ConnectionsContext,
  { id, named, secrets, doctor }: Keeping,
  by: Caller,
): Promise<ConnectionRow> {
  const { name, description, org, credential, wants, rotationIntervalDays } = named
  const { kind } = credential
  const clientId = kind === 'service-app' ? credential.clientId : undefined
  const settings = { ...settingsOf(credential), ...(wants === undefined ? {} : { wants }) }
  const now = clock.now()
  const next = nextRotationAt(rotationIntervalDays, now)
  const about = { id, name, description, orgUrl: org, kind, clientId, settings, doctor }
  const details = { org, kind, clientId, kid: settings.publicJwk?.kid, scopes: settings.scopes }
  return store.transaction(async () => {
    const connection = { ...about, rotationIntervalDays, nextRotationAt: next }
    if (!(await insertConnection(store, connection, now))) throw connectionExists(name)
    for (const { place, sealed } of secrets) await putSealed(store, seal, place, sealed)
    const entry = { ...by, action: 'connection.connect', connection: name, outcome: 'ok', details }
    await appendAudit(store, entry, now)
    return (await findConnection(store, name)) ?? notFound(name)
  })
}

/** When the key of a connection is rotated next. */
export function nextRotationAt(intervalDays: number | undefined, now: Date): Date | undefined {
  if (intervalDays === undefined) return undefined
  return new Date(now.getTime() + intervalDays * DAY_MS)
}

const DAY_MS = 86_400_000

function notFound(name: string): never {
  throw connectionNotFound(name)
}
