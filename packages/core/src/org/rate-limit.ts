/** @module The pacer: sends as fast as an org allows and never faster, one budget for everybody who shares it. */

import { type Clock, systemClock } from '../clock.ts'
import { randomFraction } from '../retry.ts'
import { BucketBudget, type BucketView, type PacedAnswer } from './bucket-budget.ts'
import { isConcurrencyLimit, readRateFigures } from './rate-figures.ts'

/** Who goes first when a budget is short; the first of these before all others. */
export const priorities = ['interactive', 'log', 'incremental', 'sweep', 'verify'] as const

/** How urgent a request is. */
export type Priority = (typeof priorities)[number]

/** Options of {@link Pacer}. */
export interface PacerOptions {
  readonly clock?: Clock
  /** A number in [0, 1), for jitter. */
  readonly random?: () => number
  /**
   * The part of a limit that all who share the credential use together, above 0 and at most 1. Default 0.9. Okta's headers
   * show the limit of the credential.
   */
  readonly share?: number
  /** Requests under way at the same time. Default 10: an org takes 35 to 75 of everybody together. */
  readonly maxInFlight?: number
}

/** The right to send one request. Must be released, with the answer if there is one. */
export interface Permit {
  /** Milliseconds it was waited for. */
  readonly waitedMs: number
  release(answer?: PacedAnswer): void
}

interface Waiter {
  readonly priority: number
  /** Who asked first, over all buckets. */
  readonly turn: number
  grant(): void
}

interface Queue {
  readonly budget: BucketBudget
  readonly waiters: Waiter[]
  alarm?: { readonly atMs: number; readonly cancel: AbortController } | undefined
}

// A concurrency 429 asks for fewer at once; its reset is only a suggestion.
const CONCURRENCY_PAUSE_MS = 1_000
const CONCURRENCY_JITTER_MS = 4_000
const CONCURRENCY_RECOVERY_MS = 30_000

/**
 * Paces the requests of one connection. A bucket's first request goes alone, to learn the limit; then as many go as its
 * share allows until the window ends. Between a 429 and its reset nothing goes to the bucket.
 *
 * @see Okta, "Rate limits" - buckets, windows, and that a token or app gets half of a bucket by default
 */
export class Pacer {
  readonly share: number
  readonly #clock: Clock
  readonly #random: () => number
  readonly #queues = new Map<string, Queue>()
  #maxInFlight: number
  #allowedInFlight: number
  #sharers = 1
  #inFlight = 0
  #turn = 0
  #concurrencyHitMs = Number.NEGATIVE_INFINITY

  constructor(options: PacerOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? randomFraction
    this.share = options.share ?? 0.9
    this.#maxInFlight = options.maxInFlight ?? 10
    this.#allowedInFlight = this.#maxInFlight
  }

  /** How many pacers divide the share: this one, and one for each other process that uses the same credential. */
  get sharers(): number {
    return this.#sharers
  }

  /** Holds for what is waiting too. Infinity leaves one request to each window of a bucket. */
  set sharers(sharers: number) {
    if (sharers === this.#sharers) return
    this.#sharers = sharers
    for (const { budget } of this.#queues.values()) budget.divide(sharers)
    this.#pump()
  }

  /** Requests that may be under way at the same time. */
  get maxInFlight(): number {
    return this.#maxInFlight
  }

  /** Holds for what is waiting too. */
  set maxInFlight(most: number) {
    this.#maxInFlight = most
    this.#allowedInFlight = most
    this.#pump()
  }

  /**
   * Waits until a request to this bucket may be sent.
   *
   * @throws the reason of `signal`.
   */
  acquire(
    bucket: string,
    options: { readonly priority: Priority; readonly signal?: AbortSignal | undefined },
  ): Promise<Permit> {
    const { priority, signal } = options
    const queue = this.#queue(bucket)
    const askedMs = this.#clock.monotonicMs()
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        queue.waiters.splice(queue.waiters.indexOf(waiter), 1)
        this.#pump()
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        priority: priorities.indexOf(priority),
        turn: this.#turn++,
        grant: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve(this.#permit(queue, this.#clock.monotonicMs() - askedMs))
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const index = queue.waiters.findIndex((other) => other.priority > waiter.priority)
      queue.waiters.splice(index < 0 ? queue.waiters.length : index, 0, waiter)
      this.#pump()
    })
  }

  /** The same where nobody waits and the request may be sent now; undefined where `acquire` has to be waited for. */
  acquireAtOnce(bucket: string, { priority }: { readonly priority: Priority }): Permit | undefined {
    if (this.#isSomebodyWaiting()) return undefined
    const nowMs = this.#clock.monotonicMs()
    this.#recoverConcurrency(nowMs)
    if (this.#inFlight >= this.#allowedInFlight) return undefined
    const queue = this.#queue(bucket)
    if (queue.budget.waitMs(nowMs, priority === priorities[0]) > 0) return undefined
    this.#take(queue, nowMs)
    return this.#permit(queue, 0)
  }

  /** The buckets that were asked for, and how many requests wait for each. */
  get waiting(): ReadonlyMap<string, number> {
    return new Map([...this.#queues].map(([bucket, { waiters }]) => [bucket, waiters.length]))
  }

  /** What is known of a bucket; undefined before its first answer. */
  view(bucket: string): BucketView | undefined {
    return this.#queues.get(bucket)?.budget.view(this.#clock.monotonicMs())
  }

  /**
   * The least time that this many further requests to a bucket take, in milliseconds, by the limit alone: 0 where no
   * limit is known.
   */
  estimateMs(bucket: string, requests: number): number {
    return this.#queues.get(bucket)?.budget.estimateMs(requests, this.#clock.monotonicMs()) ?? 0
  }

  #queue(bucket: string): Queue {
    const known = this.#queues.get(bucket)
    if (known !== undefined) return known
    const budget = new BucketBudget(this.share)
    budget.divide(this.#sharers)
    const queue: Queue = { budget, waiters: [] }
    this.#queues.set(bucket, queue)
    return queue
  }

  #isSomebodyWaiting(): boolean {
    for (const { waiters } of this.#queues.values()) if (waiters.length > 0) return true
    return false
  }

  #take({ budget }: Queue, nowMs: number): void {
    this.#inFlight++
    budget.take(nowMs)
  }

  #permit(queue: Queue, waitedMs: number): Permit {
    let released = false
    return {
      waitedMs,
      release: (answer) => {
        if (released) return
        released = true
        this.#inFlight--
        this.#learn(queue.budget, answer)
        this.#pump()
      },
    }
  }

  #learn(budget: BucketBudget, answer: PacedAnswer | undefined): void {
    const nowMs = this.#clock.monotonicMs()
    if (answer === undefined || !isConcurrencyRefusal(answer)) {
      // A number is drawn where it is used: it takes longer than the rest of this.
      budget.release(answer, nowMs, answer?.status === 429 ? this.#random() : 0)
      return
    }
    // Several at once are one event: each halving again would end at one for no reason.
    if (nowMs - this.#concurrencyHitMs > CONCURRENCY_PAUSE_MS) {
      this.#allowedInFlight = Math.max(1, Math.floor(this.#allowedInFlight / 2))
    }
    this.#concurrencyHitMs = nowMs
    budget.release(undefined, nowMs, 0)
    budget.block(nowMs + CONCURRENCY_PAUSE_MS + this.#random() * CONCURRENCY_JITTER_MS)
  }

  /** Grants what can be granted now, to the most urgent first, and wakes up when more can be. */
  #pump(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#recoverConcurrency(nowMs)
    for (;;) {
      const next = this.#next(nowMs)
      if (next === undefined) break
      this.#take(next, nowMs)
      next.waiters.shift()?.grant()
    }
    for (const queue of this.#queues.values()) this.#wakeUp(queue, nowMs)
  }

  #next(nowMs: number): Queue | undefined {
    if (this.#inFlight >= this.#allowedInFlight) return undefined
    let best: { readonly queue: Queue; readonly first: Waiter } | undefined
    for (const queue of this.#queues.values()) {
      const [first] = queue.waiters
      if (first === undefined || (best !== undefined && !isBefore(first, best.first))) continue
      if (queue.budget.waitMs(nowMs, isUrgent(first)) === 0) best = { queue, first }
    }
    return best?.queue
  }

  #wakeUp(queue: Queue, nowMs: number): void {
    const [first] = queue.waiters
    const waitMs = first === undefined ? undefined : queue.budget.waitMs(nowMs, isUrgent(first))
    const atMs = nowMs + (waitMs || Infinity)
    if (Math.abs(atMs - (queue.alarm?.atMs ?? Infinity)) < 1) return
    queue.alarm?.cancel.abort()
    queue.alarm = undefined
    if (waitMs === undefined || atMs === Infinity) return
    const cancel = new AbortController()
    queue.alarm = { atMs, cancel }
    this.#clock.sleep(waitMs, { signal: cancel.signal }).then(
      () => {
        queue.alarm = undefined
        this.#pump()
      },
      () => undefined,
    )
  }

  #recoverConcurrency(nowMs: number): void {
    if (this.#allowedInFlight === this.#maxInFlight) return
    const steps = Math.floor((nowMs - this.#concurrencyHitMs) / CONCURRENCY_RECOVERY_MS)
    if (steps < 1) return
    this.#allowedInFlight = Math.min(this.#maxInFlight, this.#allowedInFlight + steps)
    this.#concurrencyHitMs += steps * CONCURRENCY_RECOVERY_MS
  }
}

function isUrgent({ priority }: Waiter): boolean {
  return priority === 0
}

function isBefore(waiter: Waiter, other: Waiter): boolean {
  return waiter.priority === other.priority
    ? waiter.turn < other.turn
    : waiter.priority < other.priority
}

/** Whether it is a 429 for too many at once. */
function isConcurrencyRefusal({ status, headers }: PacedAnswer): boolean {
  if (status !== 429) return false
  const figures = readRateFigures(headers)
  return figures !== undefined && isConcurrencyLimit(figures)
}
