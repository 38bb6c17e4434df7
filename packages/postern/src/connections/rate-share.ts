/** @module Divides the rate limit of a connection among the processes that use it at the same time. */

import { randomUUID } from 'node:crypto'
import type { Clock, Pacer } from '@postern/core'
import { putUses, readShared, removeUses, type SharedConnection } from '../store/connection-uses.ts'
import type { Store } from '../store/store.ts'

interface Member {
  readonly pacer: Pacer
  usedMs: number
  /** From when on it takes its part: until then the others may not know of it. */
  partFromMs: number
}

// A connection that nobody used for so long takes no part. Longer than a window: a request may wait for the end of one.
const USED_WITHIN_MS = 90_000
const SIGN_OF_LIFE_MS = 4_000

// Others look once a second, and what they sent before that has come back by then.
const SEEN_AFTER_MS = 2_000

/** What one process takes part in. All times are on the monotonic clock. */
export class RateShare {
  readonly #store: Store
  readonly #clock: Clock
  readonly #processId = randomUUID()
  readonly #members = new Map<string, Member>()
  #signMs = Number.NEGATIVE_INFINITY
  #putting: Promise<unknown> = Promise.resolve()

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Whether a connection takes part; being asked, it goes on to. */
  use(connectionId: string): boolean {
    const member = this.#members.get(connectionId)
    if (member === undefined || !this.#isUsed(member)) return false
    member.usedMs = this.#clock.monotonicMs()
    return true
  }

  /** Lets a connection take part. Where others do, its pacer holds back until they have seen it. */
  async join(connectionId: string, pacer: Pacer): Promise<void> {
    await this.#put([connectionId])
    const [shared] = await readShared(this.#store, [connectionId])
    const nowMs = this.#clock.monotonicMs()
    const isAlone = (shared?.users ?? 1) <= 1
    pacer.sharers = isAlone ? 1 : Number.POSITIVE_INFINITY
    const partFromMs = isAlone ? nowMs : nowMs + SEEN_AFTER_MS
    this.#members.set(connectionId, { pacer, usedMs: nowMs, partFromMs })
  }

  /** Gives a sign of life, and takes the part of each connection that is in use. @returns those that are still there. */
  async look(): Promise<ReadonlyMap<string, SharedConnection>> {
    for (const [id, member] of this.#members) if (!this.#isUsed(member)) this.#members.delete(id)
    const ids = [...this.#members.keys()]
    if (this.#clock.monotonicMs() - this.#signMs >= SIGN_OF_LIFE_MS) {
      await this.#put(ids)
      this.#signMs = this.#clock.monotonicMs()
    }
    const shared = new Map((await readShared(this.#store, ids)).map((one) => [one.id, one]))
    const nowMs = this.#clock.monotonicMs()
    for (const id of ids) {
      const member = this.#members.get(id)
      if (member === undefined || nowMs < member.partFromMs) continue
      member.pacer.sharers = Math.max(1, shared.get(id)?.users ?? 1)
    }
    return shared
  }

  /** The connections that take part. */
  get connectionIds(): readonly string[] {
    return [...this.#members.keys()]
  }

  /** Leaves the whole share to the others. */
  async leave(): Promise<void> {
    this.#members.clear()
    // One that came behind the removal would count as somebody who is there.
    await this.#putting
    await removeUses(this.#store, this.#processId)
  }

  #put(ids: readonly string[]): Promise<void> {
    const put = putUses(this.#store, this.#processId, ids)
    this.#putting = Promise.allSettled([this.#putting, put])
    return put
  }

  #isUsed({ usedMs }: Member): boolean {
    return this.#clock.monotonicMs() - usedMs < USED_WITHIN_MS
  }
}
