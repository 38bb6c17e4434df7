/** @module How often a caller may ask: one window for each caller and bucket, inside one of the whole org. */

import type { Edition } from '../state/org.ts'
import { type Bucket, buckets } from './buckets.ts'
import { type AnswerHeaders, oktaError, type RefusedRequest } from './okta-error.ts'

const WINDOW_MS = 60_000
const UNLIMITED = 1_000_000
const FIRST_SWEEP = 1_024

/** The names of the rate-limit headers. */
export const rateHeaderNames: readonly string[] = [
  'x-rate-limit-limit',
  'x-rate-limit-remaining',
  'x-rate-limit-reset',
]

/** What the rate-limit headers of one answer say. */
export interface RateFigures {
  readonly limit: number
  readonly remaining: number
  /** Seconds since the epoch. */
  readonly resetSeconds: number
}

/** What counting one request came to. */
export interface RateState extends RateFigures {
  /** The bucket that is used up; the request gets 429. */
  readonly exceeded: boolean
  /** Whether this is the first refusal of its window, which is the one that the System Log shows. */
  readonly firstRefusal: boolean
  /** Whether all callers together used the bucket up, and not the caller alone its share. */
  readonly ofOrg: boolean
}

interface Window {
  readonly endsMs: number
  used: number
  refused: boolean
}

/** The limits of one org. */
export class RateLimits {
  readonly #edition: Edition
  readonly #windows = new Map<string, Window>()
  #sweepAt = FIRST_SWEEP
  /** Limits in the place of the plan's, by bucket; of the whole org. */
  readonly overrides = new Map<string, number>()
  /** The part of a bucket that one caller may use. */
  share = 0.5

  constructor(edition: Edition) {
    this.#edition = edition
  }

  /** How many windows are remembered. */
  get size(): number {
    return this.#windows.size
  }

  /** The limit that a caller sees for a bucket. */
  limitOf(bucket: Exclude<Bucket, 'none'>): number {
    return Math.max(1, Math.floor(this.#orgLimit(bucket) * this.share))
  }

  /**
   * Counts one request. A window opens with the first request in it, not with the minute, and is counted in whole
   * seconds, so that `resetSeconds` says exactly when it ends: never more than 60 after the `Date` of an answer.
   *
   * A caller is refused when its own share is used up, or when all callers together have used the bucket: then its own
   * `remaining` was above zero the request before.
   */
  count(caller: string, bucket: Exclude<Bucket, 'none'>, nowMs: number): RateState {
    const own = this.#window(`${caller} ${bucket}`, nowMs)
    const all = this.#window(bucket, nowMs)
    const limit = this.limitOf(bucket)
    const exceeded = own.used >= limit || all.used >= this.#orgLimit(bucket)
    const firstRefusal = exceeded && !own.refused
    if (exceeded) {
      own.refused = true
    } else {
      own.used++
      all.used++
    }
    const blocking = own.used >= limit || !exceeded ? own : all
    return {
      limit,
      remaining: exceeded ? 0 : limit - own.used,
      resetSeconds: blocking.endsMs / 1_000,
      exceeded,
      firstRefusal,
      ofOrg: exceeded && own.used < limit,
    }
  }

  #orgLimit(bucket: Exclude<Bucket, 'none'>): number {
    const override = this.overrides.get(bucket)
    if (override !== undefined) return override
    return this.#edition === 'unlimited' ? UNLIMITED : buckets[bucket][this.#edition]
  }

  #window(key: string, nowMs: number): Window {
    const open = this.#windows.get(key)
    if (open !== undefined && isOpen(open, nowMs)) return open
    const startsMs = Math.floor(nowMs / 1_000) * 1_000
    const window: Window = { endsMs: startsMs + WINDOW_MS, used: 0, refused: false }
    if (this.#windows.size >= this.#sweepAt) this.#sweep(nowMs)
    this.#windows.set(key, window)
    return window
  }

  // Callers come and go, and anybody may name a client that there is none of.
  #sweep(nowMs: number): void {
    for (const [key, window] of this.#windows) {
      if (!isOpen(window, nowMs)) this.#windows.delete(key)
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#windows.size * 2)
  }
}

/** The rate-limit headers of an answer. */
export function rateHeaders({ limit, remaining, resetSeconds }: RateFigures): AnswerHeaders {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(resetSeconds),
  }
}

/** 429 where too many requests are open at once: both figures are 0, and the reset is only a suggestion. */
export function refuseConcurrency(nowMs: number): RefusedRequest {
  const resetSeconds = Math.ceil((nowMs + WINDOW_MS) / 1_000)
  return oktaError('E0000047', { headers: rateHeaders({ limit: 0, remaining: 0, resetSeconds }) })
}

function isOpen({ endsMs }: Window, nowMs: number): boolean {
  return nowMs < endsMs && nowMs >= endsMs - WINDOW_MS
}
