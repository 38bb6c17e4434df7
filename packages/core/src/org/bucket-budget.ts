/** @module What is left of one rate-limit bucket. No clock of its own: every call is told the time. */

import { untilResetMs } from '../retry.ts'

/** An answer as far as pacing depends on it. */
export interface PacedAnswer {
  readonly status: number
  readonly headers: Headers
  /** The org's time, where the answer has no `Date`. */
  readonly orgTime: Date
}

/** What is known of a bucket. */
export interface BucketView {
  /** Requests a minute, as the headers say; absent where no answer had them. */
  readonly limitPerMinute?: number
  /** Requests a window that are used of it. */
  readonly budget?: number
  /** Of this window's budget, what is left. */
  readonly left?: number
  /** Milliseconds until the window ends or a block is over; 0 where neither is known. */
  readonly resetInMs: number
  /** How often the org refused a request of ours in this bucket. */
  readonly refusals: number
}

/** The figures of an answer's headers. */
interface RateFigures {
  readonly limit: number
  readonly remaining: number
  readonly resetSeconds: number
}

const WINDOW_MS = 60_000

// Urgent requests may use half of what the share leaves over, so that a walk does not make a person wait for a minute.
const URGENT_PART = 0.5

// After a 429 somebody else uses the bucket too: a little less than what passed is safe, half is worth trying, and each
// window without a refusal a little more.
const CAUTION = 0.95
const BACKOFF = 0.5
const GROWTH = 1.1

/** The budget of one bucket: how much may be sent in the present window, and how long to wait when it is used up. */
export class BucketBudget {
  readonly #share: number
  #limit: number | undefined
  #learned = false
  #inFlight = 0
  /** Requests sent in this window. */
  #used = 0
  /** The lowest figure that an answer of this window showed. */
  #remaining: number | undefined
  #resetSeconds = 0
  /** On the monotonic clock; never before the org's own end. */
  #windowEndMs: number | undefined
  #blockedUntilMs = 0
  #failures = 0
  #refusals = 0
  #refusedInWindow = false
  /** Below the share of the limit where somebody else uses the bucket too. */
  #ceiling: number | undefined
  /** Requests beyond this number go one at a time: it is not known whether they pass. */
  #knownSafe: number | undefined

  constructor(share: number) {
    this.#share = share
  }

  /** Milliseconds until one more request may be sent; 0 for now, infinity until an answer comes. */
  waitMs(nowMs: number, isUrgent: boolean): number {
    this.#roll(nowMs)
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs
    if (!this.#learned) return this.#inFlight === 0 ? 0 : Infinity
    if (this.#limit === undefined) return 0
    const spent = this.#spent()
    if (spent < this.#budget(isUrgent)) {
      const isProbe = this.#knownSafe !== undefined && spent >= this.#knownSafe
      return isProbe && this.#inFlight > 0 ? Infinity : 0
    }
    return (this.#windowEndMs ?? nowMs + WINDOW_MS) - nowMs
  }

  take(nowMs: number): void {
    this.#roll(nowMs)
    // A window opens with its first request; the answer will say when it ends.
    this.#windowEndMs ??= nowMs + WINDOW_MS
    this.#inFlight++
    this.#used++
  }

  /** Learns from the answer to a request that was taken. @param jitter - a number in [0, 1). */
  release(answer: PacedAnswer | undefined, nowMs: number, jitter: number): void {
    this.#inFlight--
    if (answer === undefined) return
    this.#learned = true
    const resetMs = untilResetMs(answer.headers, orgTimeOf(answer))
    const figures = figuresOf(answer.headers)
    if (answer.status === 429) {
      this.#refuse(figures, resetMs, nowMs, jitter)
      return
    }
    this.#failures = 0
    if (figures !== undefined) this.#observe(figures, resetMs ?? WINDOW_MS, nowMs)
  }

  /** Lets nothing pass until then. */
  block(untilMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs)
  }

  view(nowMs: number): BucketView {
    this.#roll(nowMs)
    const resetInMs = Math.max(
      0,
      (this.#windowEndMs ?? nowMs) - nowMs,
      this.#blockedUntilMs - nowMs,
    )
    const known = { resetInMs, refusals: this.#refusals }
    if (this.#limit === undefined) return known
    const budget = this.#budget(false)
    const left = Math.max(0, budget - this.#spent())
    return { ...known, limitPerMinute: this.#limit, budget, left }
  }

  estimateMs(requests: number, nowMs: number): number {
    const { budget, left = 0, resetInMs } = this.view(nowMs)
    if (budget === undefined || requests <= left) return 0
    return resetInMs + Math.floor((requests - left - 1) / budget) * WINDOW_MS
  }

  #budget(isUrgent: boolean): number {
    const limit = this.#limit ?? Infinity
    const usual = Math.max(1, Math.min(Math.floor(limit * this.#share), this.#ceiling ?? Infinity))
    if (!isUrgent) return usual
    return Math.max(usual, Math.floor(limit * (this.#share + (1 - this.#share) * URGENT_PART)))
  }

  /** Requests that this window has seen of ours, or of everybody with our limit, whichever is more. */
  #spent(): number {
    const { limit, remaining } = { limit: this.#limit ?? 0, remaining: this.#remaining }
    // Those under way may be in `remaining` already; counting them again errs on the safe side.
    const shown = remaining === undefined ? 0 : limit - remaining + this.#inFlight
    return Math.max(this.#used, shown)
  }

  #observe(figures: RateFigures, resetMs: number, nowMs: number): void {
    const { limit, remaining, resetSeconds } = figures
    // An answer of a window that is over says nothing about this one.
    if (resetSeconds < this.#resetSeconds) return
    const isNew = resetSeconds > this.#resetSeconds
    this.#limit = limit
    this.#remaining = isNew ? remaining : Math.min(remaining, this.#remaining ?? remaining)
    // `Date` is cut to a second, so every answer's end is at or after the true one, and the earliest is the best.
    const endMs = nowMs + resetMs
    this.#windowEndMs = isNew ? endMs : Math.min(endMs, this.#windowEndMs ?? endMs)
    this.#resetSeconds = resetSeconds
  }

  #refuse(
    figures: RateFigures | undefined,
    resetMs: number | undefined,
    nowMs: number,
    jitter: number,
  ): void {
    this.#refusals++
    this.#failures++
    if (figures !== undefined && figures.limit > 0) this.#limit = figures.limit
    if (!this.#refusedInWindow) {
      this.#refusedInWindow = true
      // What passed is what was sent, less this one and those whose answer is still to come.
      const passed = Math.max(0, this.#used - 1 - this.#inFlight)
      this.#knownSafe = Math.floor(passed * CAUTION)
      const halved = this.#limit === undefined ? 0 : Math.floor(this.#budget(false) * BACKOFF)
      this.#ceiling = Math.max(1, this.#knownSafe, halved)
    }
    // Without a usable reset the waits grow to a whole window.
    const waitMs = resetMs ?? Math.min(WINDOW_MS, 1_000 * 2 ** this.#failures)
    this.block(nowMs + waitMs + jitter * 1_000)
    this.#windowEndMs = this.#blockedUntilMs
    this.#resetSeconds = Math.max(this.#resetSeconds, figures?.resetSeconds ?? 0)
  }

  /** Begins a new window where the old one is over. */
  #roll(nowMs: number): void {
    if (this.#windowEndMs === undefined || nowMs < this.#windowEndMs) return
    if (this.#ceiling !== undefined && !this.#refusedInWindow) this.#growCeiling(this.#ceiling)
    this.#refusedInWindow = false
    this.#windowEndMs = undefined
    this.#remaining = undefined
    this.#used = this.#inFlight
  }

  #growCeiling(ceiling: number): void {
    const grown = Math.ceil(ceiling * GROWTH)
    const isWhole = grown >= Math.floor((this.#limit ?? Infinity) * this.#share)
    this.#ceiling = isWhole ? undefined : grown
    this.#knownSafe = isWhole ? undefined : Math.max(this.#knownSafe ?? 0, this.#used)
  }
}

function orgTimeOf({ headers, orgTime }: PacedAnswer): Date {
  const dateMs = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(dateMs) ? orgTime : new Date(dateMs)
}

/** The smallest of each figure: where two limits apply, both are sent, and the tighter one counts. */
function figuresOf(headers: Headers): RateFigures | undefined {
  const limit = smallest(headers.get('x-rate-limit-limit'))
  const remaining = smallest(headers.get('x-rate-limit-remaining'))
  const resetSeconds = smallest(headers.get('x-rate-limit-reset'))
  if (limit === undefined || remaining === undefined || resetSeconds === undefined) return undefined
  return { limit, remaining, resetSeconds }
}

function smallest(header: string | null): number | undefined {
  const texts = header?.split(',').map((text) => text.trim()) ?? []
  if (texts.length === 0 || !texts.every((text) => /^\d{1,12}$/.test(text))) return undefined
  return Math.min(...texts.map(Number))
}
