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
  const { dev, publicUrl } = context
  requireOneKey(request.values.key, request.keyDraft)
  const values = await withDraft(context, request.values, request.keyDraft)
  const named = await parseNamedConnection(
    { ...request, values },
    {
      customDomains: await context.customDomains(),
      dev,
      isProbablePrime,
      findScopes: leaveToDoctor,
      ownKeySetUrl: publicUrl === undefined ? undefined : (name) => ownKeySetUrl(publicUrl, name),
    },
  )
  const connecting = { request: { ...request, values }, named, by }
  return auditFailure(context, { ...by, action: ACTION, connection: named.name }, () =>
    connectNamed(context, connecting, options),
  )
}

const ACTION = 'connection.connect'

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
  const { description, org, rotationIntervalDays } = named
  const about = { id, name, description, org, credential, secrets, rotationIntervalDays, doctor }
  const row = await store.transaction(async () => {
    if (request.keyDraft !== undefined) await useKeyDraft(store, request.keyDraft)
    return saveConnection(
      context,
      { ...about, more: ownSettings(named) },
      { ...by, action: ACTION },
    )
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
