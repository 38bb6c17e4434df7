/** @module How often a caller may ask: one window for each caller and bucket, inside one of the whole org. */

import type { Edition } from '../state/org.ts'
import { type Bucket, buckets } from './buckets.ts'

const WINDOW_MS = 60_000
const UNLIMITED = 1_000_000

/** What the rate-limit headers of one answer say. */
export interface RateState {
  readonly limit: number
  readonly remaining: number
  /** Seconds since the epoch. */
  readonly reset: number
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
  /** Limits in the place of the plan's, by bucket; of the whole org. */
  readonly overrides = new Map<string, number>()
  /** The part of a bucket that one caller may use. */
  share = 0.5

  constructor(edition: Edition) {
    this.#edition = edition
  }

  /** The limit that a caller sees for a bucket. */
  limitOf(bucket: Exclude<Bucket, 'none'>): number {
    return Math.max(1, Math.floor(this.#orgLimit(bucket) * this.share))
  }

  /**
   * Counts one request. A window opens with the first request in it, not with the minute.
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
      reset: Math.ceil(blocking.endsMs / 1_000),
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
    if (open !== undefined && nowMs < open.endsMs && nowMs >= open.endsMs - WINDOW_MS) return open
    const window: Window = { endsMs: nowMs + WINDOW_MS, used: 0, refused: false }
    this.#windows.set(key, window)
    return window
  }
}
