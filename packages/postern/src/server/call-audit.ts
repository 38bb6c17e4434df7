/** @module The audit rows of a call of an org: one for what reads, with its outcome; for what writes, one before it is sent too. */

import { asLostChange, isRead, PosternError } from '@postern/core'
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
  /** Where an attempt before it may have made the change that it refuses. */
  readonly outcome?: 'unknown'
}

type Entry = Omit<AuditEntry, 'outcome'>

const MAX_NOTED_PATH = 1_024

/**
 * Sends a call and gives its answer once there is a row of it, as {@link CallAudit} says.
 *
 * @throws {AuditError} `audit_unwritable`; what `send` throws.
 */
export async function withAudit<Answer extends AuditedAnswer>(
  services: Services,
  call: AuditedCall,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const audit = new CallAudit(services, call)
  if (audit.isChange) await audit.begin()
  let answer: Answer
  try {
    answer = await send()
  } catch (error) {
    throw await audit.fail(error)
  }
  await audit.end(answer)
  return answer
}

/**
 * The rows of one call. A read is noted in memory and written within a second; what changes something has a row before it is
 * sent, so that none can be missing.
 */
export class CallAudit {
  readonly #services: Services
  readonly #entry: Entry
  /** Whether it has to be begun. */
  readonly isChange: boolean

  constructor(services: Services, { by, connection, method, path }: AuditedCall) {
    const [pathname = ''] = path.split('?', 1)
    const details = { method, path: pathname.slice(0, MAX_NOTED_PATH) }
    this.#services = services
    this.#entry = { ...by, action: 'org.call', connection, details }
    this.isChange = !isRead(method)
  }

  /** Writes the row before a change. @throws {AuditError} `audit_unwritable`: it must not be sent then. */
  async begin(): Promise<void> {
    const { store, clock } = this.#services
    await appendAudit(store, { ...this.#entry, outcome: 'begun' }, clock.now())
  }

  /**
   * @returns what to wait for before the answer is told, if anything; it rejects with {@link AuditError} `audit_unwritable`
   *   for a read alone.
   */
  end({ status, requestId: oktaRequestId, outcome }: AuditedAnswer): Promise<void> | undefined {
    return this.#end(outcome ?? (status < 400 ? 'ok' : 'refused'), { status, oktaRequestId })
  }

  /** @returns what is to be thrown. */
  async fail(error: unknown): Promise<unknown> {
    await this.#end(error instanceof PosternError ? error.code : 'unknown', {})
    return this.isChange ? asLostChange(error) : error
  }

  #end(outcome: string, more: object): Promise<void> | undefined {
    const { store, clock, log, auditBatch } = this.#services
    const entry = this.#entry
    if (!this.isChange) return auditBatch.add({ ...entry, outcome })
    const row = { ...entry, outcome, details: { ...entry.details, ...more } }
    // It is done; whoever asked hears of that, and the row before tells that it was begun.
    return appendAudit(store, row, clock.now()).catch((err: unknown) =>
      log.error({ err, requestId: entry.requestId }, 'the outcome of a call could not be written'),
    )
  }
}
