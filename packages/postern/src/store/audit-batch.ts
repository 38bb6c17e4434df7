/** @module Audit rows for what happens thousands of times a second: put together, and written within a second. */

import type { Clock } from '@postern/core'
import { type AuditEntry, appendAudit } from './audit.ts'
import type { Store } from './store.ts'

/** What is written as one row: the same deed by the same caller, done again within a moment. */
interface Group {
  readonly entry: AuditEntry
  readonly at: Date
  readonly requestIds: string[]
  count: number
}

// Half of the second that a row may take, so that writing has the other half.
const WRITE_AFTER_MS = 500
const MAX_REQUEST_IDS = 20
const MAX_GROUPS = 10_000

/**
 * Collects hand-outs and writes them together.
 *
 * Where the same caller is handed the same thing again before the row is written, it counts up in that row: `count`, and the
 * first 20 request ids in `requestIds`. Once a row could not be written, nothing more is taken until it is.
 */
export class AuditBatch {
  readonly #store: Store
  readonly #clock: Clock
  readonly #stop = new AbortController()
  #groups = new Map<string, Group>()
  #failed = false
  #timer: Promise<void> | undefined
  #writing: Promise<void> | undefined

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Takes what is about to be handed out. Hand it out after that.
   *
   * @returns what to wait for first, where it could not be taken at once; it rejects with {@link AuditError}
   *   `audit_unwritable`.
   */
  add(entry: Omit<AuditEntry, 'at'>): Promise<void> | undefined {
    if (this.#failed || this.#groups.size >= MAX_GROUPS)
      return this.flush().then(() => this.#take(entry))
    this.#take(entry)
    return undefined
  }

  /** Writes what was taken so far. @throws {AuditError} `audit_unwritable`; it stays taken then. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    if (this.#groups.size === 0) return
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  /** Writes what is left, and takes nothing more to be written later. @throws {AuditError} `audit_unwritable` */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#timer
    await this.flush()
  }

  #take(entry: AuditEntry): void {
    const key = keyOf(entry)
    const before = this.#groups.get(key)
    if (before === undefined) this.#begin(key, entry)
    else countUp(before, entry.requestId)
    this.#timer ??= this.#writeSoon()
  }

  #begin(key: string, entry: AuditEntry): void {
    const { requestId } = entry
    const requestIds = requestId === undefined ? [] : [requestId]
    this.#groups.set(key, { entry, at: this.#clock.now(), requestIds, count: 1 })
  }

  async #writeSoon(): Promise<void> {
    try {
      await this.#clock.sleep(WRITE_AFTER_MS, { signal: this.#stop.signal })
      await this.flush()
    } catch {
      // Whoever asks next tries to write it again, and is refused where that fails.
    } finally {
      // What was taken while this was written, or what could not be written, has its turn as soon: nobody may ever ask again.
      const isLeft = this.#groups.size > 0 && !this.#stop.signal.aborted
      this.#timer = isLeft ? this.#writeSoon() : undefined
    }
  }

  async #write(): Promise<void> {
    const groups = this.#groups
    this.#groups = new Map()
    try {
      await appendAudit(this.#store, [...groups.values()].map(entryOf))
      this.#failed = false
    } catch (error) {
      this.#failed = true
      const later = this.#groups
      this.#groups = groups
      for (const [key, group] of later) {
        const before = groups.get(key)
        groups.set(key, before === undefined ? group : sumOf(before, group))
      }
      throw error
    }
  }
}

function countUp(group: Group, requestId: string | undefined): void {
  group.count += 1
  if (requestId !== undefined && group.requestIds.length < MAX_REQUEST_IDS)
    group.requestIds.push(requestId)
}

function sumOf(before: Group, group: Group): Group {
  const requestIds = [...before.requestIds, ...group.requestIds].slice(0, MAX_REQUEST_IDS)
  return { ...before, requestIds, count: before.count + group.count }
}

/** The same for entries that count up in one row. No part has a line break. */
function keyOf({ actor, action, connection, target, outcome, details }: AuditEntry): string {
  const facts = details === undefined ? '' : JSON.stringify(details)
  return `${actor}\n${action}\n${connection}\n${target}\n${outcome}\n${facts}`
}

function entryOf({ entry, at, requestIds, count }: Group): AuditEntry {
  if (count === 1) return { ...entry, at }
  return { ...entry, at, details: { ...entry.details, count, requestIds } }
}
