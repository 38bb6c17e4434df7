/** @module One try of a Connect session: one at a time, counted where it comes to nothing, and written down. */

import { type Finding, PosternError } from '@postern/core'
import type { ConnectionWarning } from '../config/connection-form.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import { AuditError } from '../store/audit-error.ts'
import {
  type ConnectSessionRow,
  readConnectSession,
  updateConnectSession,
} from '../store/connect-sessions.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { type Lease, withLease } from '../store/leases.ts'
import { SealError } from '../store/seal-error.ts'
import { BusyError } from './busy-error.ts'
import { ConnectSessionError, sessionBusy } from './connect-session-error.ts'
import {
  endSession,
  refuseEnded,
  requireOpen,
  type SessionLifeContext,
} from './connect-session-life.ts'
import { maxFailures } from './connect-session-view.ts'
import type { TrialVerdict } from './trial.ts'

// What the person can do nothing about.
const OTHERS_FAULT = [SealError, AuditError, BusyError, ConnectSessionError]

/** What came of a try. */
export interface Attempt {
  readonly verdict: TrialVerdict
  readonly findings: readonly Finding[]
  readonly warnings: readonly ConnectionWarning[]
  /** The connection where it is kept. */
  readonly row?: ConnectionRow
}

/** The same, and what it left of the session. */
export interface SessionAttempt extends Attempt {
  readonly session: ConnectSessionRow
}

/** A try that is under way. */
export interface UnderWay {
  readonly session: ConnectSessionRow
  readonly lease: Lease
  /** Ends the session, in the transaction that keeps the connection. @throws {ConnectSessionError} `connect_session_ended` */
  readonly endConnected: (findings: readonly Finding[]) => Promise<void>
}

/**
 * Makes one try. Values that cannot be used, a connection that cannot be, or not under this name, and a caller who is gone
 * before the end count as a failed one; the last of those ends the session.
 *
 * @throws {ConnectSessionError} `connect_session_busy`, `connect_session_ended`
 * @throws what `work` throws.
 */
export async function attempt(
  context: SessionLifeContext,
  of: { readonly id: string; readonly by: Caller; readonly signal?: AbortSignal | undefined },
  work: (underWay: UnderWay) => Promise<Attempt>,
): Promise<SessionAttempt> {
  const { by } = of
  return alone(context, of, async (session, lease) => {
    const endConnected = (findings: readonly Finding[]) =>
      lease.transaction(() => endAsConnected(context, session, { by, findings }))
    try {
      const made = await work({ session, lease, endConnected })
      return { ...made, session: await settleAttempt(context, session, { by, made }) }
    } catch (error) {
      await noteError(context, session, { by, error, isAborted: lease.signal.aborted })
      throw error
    }
  })
}

/**
 * Runs `work` on an open session while nobody else changes what it holds.
 *
 * @throws {ConnectSessionError} `connect_session_busy`, `connect_session_ended`
 */
export async function alone<Result>(
  context: SessionLifeContext,
  { id, signal }: { readonly id: string; readonly signal?: AbortSignal | undefined },
  work: (session: ConnectSessionRow, lease: Lease) => Promise<Result>,
): Promise<Result> {
  const name = `connect-session ${id}`
  const onOpen = async (lease: Lease) => work(await requireOpen(context, id), lease)
  const done = await withLease(context.store, name, onOpen, { signal })
  if (done === undefined) throw sessionBusy()
  return done.result
}

async function endAsConnected(
  context: SessionLifeContext,
  session: ConnectSessionRow,
  { by, findings }: { readonly by: Caller; readonly findings: readonly Finding[] },
): Promise<void> {
  const { store, clock } = context
  const { id } = session
  await updateConnectSession(store, id, { findings }, clock.now())
  await auditTry(context, session, { by, outcome: 'ok' })
  const ended = await endSession(context, session, { status: 'connected', by })
  if (ended === undefined) await refuseEnded(context.store, id)
}

/** Keeps what was found where nothing else is kept, and counts what came to nothing. */
async function settleAttempt(
  context: SessionLifeContext,
  session: ConnectSessionRow,
  { by, made }: { readonly by: Caller; readonly made: Attempt },
): Promise<ConnectSessionRow> {
  const { store, clock } = context
  const { findings, verdict, row } = made
  if (row === undefined && verdict === 'failed') {
    await countFailure(context, session, { by, findings, outcome: 'connection_unusable' })
  } else if (row === undefined) {
    await store.transaction(async () => {
      await updateConnectSession(store, session.id, { findings }, clock.now())
      await auditTry(context, session, { by, outcome: 'ok', details: { verdict, kept: false } })
    })
  }
  return (await readConnectSession(store, session.id)) ?? session
}

async function noteError(
  context: SessionLifeContext,
  session: ConnectSessionRow,
  of: { readonly by: Caller; readonly error: unknown; readonly isAborted: boolean },
): Promise<void> {
  const { by, error, isAborted } = of
  if (isAborted) {
    await countFailure(context, session, { by, outcome: 'request_abandoned' })
  } else if (error instanceof PosternError && !OTHERS_FAULT.some((kind) => error instanceof kind)) {
    await countFailure(context, session, { by, outcome: error.code })
  }
}

async function countFailure(
  context: SessionLifeContext,
  session: ConnectSessionRow,
  of: {
    readonly by: Caller
    readonly outcome: string
    readonly findings?: readonly Finding[]
  },
): Promise<void> {
  const { store, clock } = context
  const { by, outcome, findings } = of
  // One try at a time: nobody else counts meanwhile.
  const failures = session.failures + 1
  await store.transaction(async () => {
    const change = { failures, ...(findings === undefined ? {} : { findings }) }
    await updateConnectSession(store, session.id, change, clock.now())
    await auditTry(context, session, { by, outcome })
    if (failures >= maxFailures) await endSession(context, session, { status: 'failed', by })
  })
}

function auditTry(
  { store, clock }: SessionLifeContext,
  { id, name }: ConnectSessionRow,
  of: { readonly by: Caller; readonly outcome: string; readonly details?: object },
): Promise<void> {
  const { by, outcome, details } = of
  const deed = { ...by, action: 'connect-session.try', connection: name, target: id, outcome }
  return appendAudit(store, { ...deed, details: { ...details } }, clock.now())
}
