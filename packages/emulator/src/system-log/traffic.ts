/** @module Traffic that nobody makes: events of an org's users as time passes, or of a time that is over. */

import { fraction, hash } from '../random.ts'
import type { Org } from '../state/org.ts'
import type { Arrival, EventStream } from './event-source.ts'
import { type Cast, castOf, GeneratedEvents } from './generated-events.ts'
import type { AddedEvents } from './journal.ts'

/** How late events are. */
export interface Lateness {
  /** The share of events that the log shows only after a while. Default 0. */
  readonly lateShare?: number
  /** The longest while, in milliseconds. Default 6 hours. */
  readonly maxLateMs?: number
}

/** Many events at once. */
export interface Burst {
  readonly atMs: number
  readonly count: number
  /** Over how many milliseconds; 0, the default, publishes all of them in the same one. */
  readonly overMs?: number
}

/** What comes, and how often. */
export interface TrafficOptions extends Lateness {
  readonly perSecond: number
  /** When it begins, in milliseconds since the epoch; default now. */
  readonly fromMs?: number
  readonly bursts?: readonly Burst[]
  /** Another seed gives other events. Default 0. */
  readonly seed?: number
}

/** Traffic that is going on. */
export interface Traffic {
  /** Ends it; what has happened stays, what is late still comes. */
  stop(): void
}

/** What happened before anybody looked. */
export interface HistoryOptions extends Lateness {
  readonly count: number
  readonly fromMs: number
  readonly toMs: number
  readonly seed?: number
}

const MAX_LATE_MS = 6 * 3_600_000

/**
 * The most steady events that come at one look. Where a clock was moved further than that, the traffic of the first part
 * of the gap never happened: a day at 10,000 a second would be 864 million events.
 */
export const MAX_EVENTS_AT_ONCE = 2_000_000

/**
 * Lets events come from now on; the same org, options and clock give the same events, however often somebody looks, as
 * long as no more than {@link MAX_EVENTS_AT_ONCE} come between two looks.
 */
export function startTraffic(org: Org, options: TrafficOptions): Traffic {
  const { perSecond, bursts = [], fromMs = org.time.nowMs(), seed = 0 } = options
  if (!(perSecond >= 0 && Number.isFinite(perSecond))) {
    throw new RangeError(`perSecond is ${perSecond}; it must be a number from 0 on.`)
  }
  const cast = castOf(org)
  const lateness = { ...options }
  const steady = { fromMs, stepMs: 1_000 / perSecond, count: Number.POSITIVE_INFINITY }
  const plans: readonly Plan[] = [
    ...(perSecond === 0 ? [] : [steady]),
    ...bursts.map(({ atMs, count, overMs = 0 }) => ({
      fromMs: atMs,
      stepMs: overMs / count,
      count,
    })),
  ]
  const stops = plans.map((plan, number) =>
    org.log.addStream(new PlannedEvents(plan, hash(org.seed, seed, number), cast, lateness)),
  )
  return {
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}

/** Lets events happen at a time, and the log show them at another. */
export function addEvents(org: Org, options: AddedEvents): void {
  const { count, atMs = org.time.nowMs(), overMs = 0, lateMs = 0 } = options
  if (!(count >= 0 && overMs >= 0 && lateMs >= 0)) {
    throw new RangeError(`${count} events over ${overMs} ms, ${lateMs} ms late, cannot be added.`)
  }
  const plan = { fromMs: atMs, stepMs: overMs / Math.max(1, count), count }
  // Two calls at the same moment are about other people.
  const seed = hash(org.seed, org.log.size, Math.floor(atMs))
  org.log.addStream(new PlannedEvents(plan, seed, castOf(org), { lateMs }))
  org.log.journal.push({
    atMs: Math.floor(org.time.nowMs()),
    added: { count, atMs, overMs, lateMs },
  })
}

/**
 * Fills the log with events of the past. To be called before the org is used: the log shows events in the order in which
 * they were persisted, and what is filled in later counts as late.
 */
export function fillHistory(org: Org, options: HistoryOptions): void {
  const { count, fromMs, toMs, seed = 0 } = options
  if (!(count >= 0 && toMs >= fromMs)) {
    throw new RangeError(`A history of ${count} events from ${fromMs} to ${toMs} cannot be made.`)
  }
  const plan = { fromMs, stepMs: (toMs - fromMs) / Math.max(1, count), count }
  org.log.addStream(new PlannedEvents(plan, hash(org.seed, seed, -1), castOf(org), options))
}

interface Plan {
  readonly fromMs: number
  /** From one event to the next. */
  readonly stepMs: number
  readonly count: number
}

/** How late the events of a plan are: each by chance, or all of them the same. */
type PlannedLateness = Lateness & { readonly lateMs?: number }

const salt = { jitter: 101, isLate: 102, late: 103 } as const

class PlannedEvents implements EventStream {
  readonly #plan: Plan
  readonly #seed: number
  readonly #source: GeneratedEvents
  readonly #lateness: PlannedLateness
  #next = 0
  #nextMs: number

  constructor(plan: Plan, seed: number, cast: Cast, lateness: PlannedLateness) {
    this.#plan = plan
    this.#seed = seed
    this.#source = new GeneratedEvents(seed, cast)
    this.#lateness = lateness
    this.#nextMs = this.#publishedMs(0)
  }

  nextMs(): number | undefined {
    return this.#next < this.#plan.count ? this.#nextMs : undefined
  }

  take(): Arrival {
    const index = this.#next++
    const publishedMs = this.#nextMs
    const persistedMs = publishedMs + this.#lateMs(index)
    this.#nextMs = this.#publishedMs(this.#next)
    return { publishedMs, persistedMs, source: this.#source, index }
  }

  skip(nowMs: number): void {
    const { fromMs, stepMs, count } = this.#plan
    if (Number.isFinite(count)) return
    const first = Math.floor((nowMs - fromMs) / stepMs) - MAX_EVENTS_AT_ONCE
    if (first <= this.#next) return
    this.#next = first
    this.#nextMs = this.#publishedMs(first)
  }

  // Not later than the next step begins, so that times rise with the index.
  #publishedMs(index: number): number {
    const { fromMs, stepMs } = this.#plan
    const root = this.#source.rootOf(index)
    return Math.floor(fromMs + (root + fraction(this.#seed, salt.jitter, root)) * stepMs)
  }

  #lateMs(index: number): number {
    const { lateMs, lateShare = 0, maxLateMs = MAX_LATE_MS } = this.#lateness
    if (lateMs !== undefined) return Math.ceil(lateMs)
    if (fraction(this.#seed, salt.isLate, index) >= lateShare) return 0
    return Math.ceil(fraction(this.#seed, salt.late, index) * maxLateMs)
  }
}
