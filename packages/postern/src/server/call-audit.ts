/** @module The audit rows of a call of an org: one for what reads, with its outcome; for what writes, one before it is sent too. */

import { PosternError, UpstreamError } from '@postern/core'
import { type AuditEntry, appendAudit, type Caller } from '../store/audit.ts'
import type { Services } from './services.ts'

/** A call as its rows tell it. */
export interface AuditedCall {
  readonly by: Caller
  /** The name of the connection. */
  readonly connection: string
  readonly method: string
  /** With or without a query, of which nothing is told. */
  readonly path: string
}

/** What the rows tell of an answer. */
export interface AuditedAnswer {
  readonly status: number
  /** Okta's. */
  readonly requestId?: string
}

type Entry = Omit<AuditEntry, 'outcome'>

const MAX_NOTED_PATH = 1_024

/**
 * Sends a call and gives its answer once there is a row of it.
 *
 * A read is noted in memory and written within a second; what changes something has a row before it is sent, so that none can
 * be missing.
 *
 * @throws {AuditError} `audit_unwritable`, before anything was sent where it would change something; what `send` throws.
 */
export function withAudit<Answer extends AuditedAnswer>(
  services: Services,
  { by, connection, method, path }: AuditedCall,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const [pathname = ''] = path.split('?', 1)
  const details = { method, path: pathname.slice(0, MAX_NOTED_PATH) }
  const entry = { ...by, action: 'org.call', connection, details }
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead ? read(services, entry, send) : write(services, entry, send)
}

async function read<Answer extends AuditedAnswer>(
  { auditBatch }: Services,
  entry: Entry,
  send: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer
  try {
    answer = await send()
  } catch (error) {
    await auditBatch.add({ ...entry, outcome: codeOf(error) })
    throw error
  }
  const unwritten = auditBatch.add({ ...entry, outcome: outcomeOf(answer) })
  if (unwritten !== undefined) await unwritten
  return answer
}

async function write<Answer extends AuditedAnswer>(
  { store, clock, log }: Services,
  entry: Entry,
  send: () => Promise<Answer>,
): Promise<Answer> {
  await appendAudit(store, { ...entry, outcome: 'begun' }, clock.now())
  const end = (outcome: string, more: object) => {
    const row = { ...entry, outcome, details: { ...entry.details, ...more } }
    // It is done; whoever asked hears of that, and the row before tells that it was begun.
    return appendAudit(store, row, clock.now()).catch((err: unknown) =>
      log.error({ err, requestId: entry.requestId }, 'the outcome of a call could not be written'),
    )
  }
  try {
    const answer = await send()
    const { status, requestId: oktaRequestId } = answer
    await end(outcomeOf(answer), { status, oktaRequestId })
    return answer
  } catch (error) {
    await end(codeOf(error), {})
    throw mayBeDone(error) ? unknownOutcome(error) : error
  }
}

// There was no connection that anything could have been sent over.
const NOT_SENT: readonly unknown[] = [
  ...['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENODATA', 'ENOTFOUND'],
  'UND_ERR_CONNECT_TIMEOUT',
]

/** Whether a change was sent and nobody answered for it. */
function mayBeDone(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  const isLost = error.code === 'upstream_connection_lost' || error.code === 'upstream_timeout'
  return isLost && !NOT_SENT.includes(error.details['reason'])
}

function unknownOutcome(error: UpstreamError): UpstreamError {
  const observed = `${error.message} It is not known whether the change was made.`
  return new UpstreamError(error.code, observed, {
    remedy: 'Look at the org whether it was made before you send it again.',
    details: { ...error.details, outcome: 'unknown' },
    cause: error,
  })
}

function outcomeOf({ status }: AuditedAnswer): string {
  return status < 400 ? 'ok' : 'refused'
}

function codeOf(error: unknown): string {
  return error instanceof PosternError ? error.code : 'unknown'
}
