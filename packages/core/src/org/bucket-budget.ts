/** @module What is left of one rate-limit bucket. No clock of its own: every call is told the time. */

import { dateOf, isFromCache } from '../clock.ts'
import { untilResetMs } from '../retry.ts'
import type { AnswerHeaders } from '../transport.ts'
import { WINDOW_MS } from './buckets.ts'
import { Caution } from './caution.ts'
import { readRateFigures } from './rate-figures.ts'

/** An answer as far as pacing depends on it. */
export interface PacedAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** The org's time, where the answer does not say it. */
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

/** What an answer's headers say of the window. */
interface WindowFigures {
  readonly limit: number
  readonly remaining: number
  /** When the window ends. Absent where it says what cannot be. */
  readonly reset?: { readonly seconds: number; readonly inMs: number } | undefined
}

/** The org's window as far as it is known. */
interface Window {
  /** Requests of ours in it. */
  used: number
  /** The lowest figure that an answer showed. */
  remaining?: number
  /** On the monotonic clock; never before the org's own end. */
  endMs: number
  resetSeconds?: number
}

// A window ends within a minute; a little more is a clock that is read twice.
const MAX_RESET_MS = WINDOW_MS + 5_000

// Urgent requests may use half of what the share leaves over, so that a walk does not make a person wait for a minute.
const URGENT_PART = 0.5

/** The budget of one bucket: how much may be sent in the present window, and how long to wait when it is used up. */
export class BucketBudget {
  readonly #share: number
  #sharers = 1
  readonly #caution = new Caution()
  #limit: number | undefined
  #learned = false
  #inFlight = 0
  #window: Window | undefined
  /** Which of the org's windows are over. */
  #endedResetSeconds = 0
  #blockedUntilMs = 0
  #failures = 0
  #refusals = 0

  constructor(share: number) {
    this.#share = share
  }

  /** Divides the share by so many: this budget, and those of other processes. */
  divide(sharers: number): void {
    // Others may have used the window up since the last answer, and before they knew of this budget: one request asks.
    if (sharers < this.#sharers) this.#learned = false
    this.#sharers = sharers
  }

  /** Milliseconds until one more request may be sent; 0 for now, infinity until an answer comes. */
  waitMs(nowMs: number, isUrgent: boolean): number {
    this.#roll(nowMs)
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs
    if (this.#window !== undefined && this.#isSpent(isUrgent)) return this.#window.endMs - nowMs
    if (!this.#learned) return this.#inFlight === 0 ? 0 : Infinity
    return this.#caution.waitMs(nowMs, this.#inFlight, this.#budget(false), isUrgent)
  }

  take(nowMs: number): void {
    this.#roll(nowMs)
    // A window opens with its first request; the answer will say when it ends.
    this.#window ??= this.#open(nowMs)
    this.#window.used++
    this.#caution.take(nowMs, this.#inFlight)
    this.#inFlight++
  }

  /** Learns from the answer to a request that was taken. @param jitter - a number in [0, 1). */
  release(answer: PacedAnswer | undefined, nowMs: number, jitter: number): void {
    this.#inFlight--
    const figures = answer && figuresOf(answer)
    if (figures === undefined) this.#suppose(nowMs)
    else this.#limit = figures.limit
    if (answer === undefined) return
    // What stands before the org, and fails or answers in its place, does not know its limits.
    const isOfOrg = answer.status < 500 && !isFromCache(answer.headers)
    if (figures !== undefined || isOfOrg) this.#learned = true
    if (answer.status === 429) {
      this.#refuse(answer, nowMs, jitter)
      return
    }
    this.#failures = 0
    if (figures !== undefined) this.#observe(figures, nowMs)
  }

  /** Lets nothing pass until then. */
  block(untilMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs)
  }

  view(nowMs: number): BucketView {
    this.#roll(nowMs)
    const resetInMs = Math.max(
      0,
      (this.#window?.endMs ?? nowMs) - nowMs,
      this.#blockedUntilMs - nowMs,
    )
    const known = { resetInMs, refusals: this.#refusals }
    if (this.#limit === undefined) return known
    const budget = this.#caution.budget(nowMs, this.#inFlight, this.#budget(false))
    const left = Math.max(0, Math.min(budget - this.#used(), this.#whole(false) - this.#shown()))
    return { ...known, limitPerMinute: this.#limit, budget, left }
  }

  estimateMs(requests: number, nowMs: number): number {
    const { budget, left = 0, resetInMs } = this.view(nowMs)
    if (budget === undefined || requests <= left) return 0
    return resetInMs + Math.floor((requests - left - 1) / budget) * WINDOW_MS
  }

  /** Requests a window of all who share the credential. */
  #whole(isUrgent: boolean): number {
    const limit = this.#limit ?? Infinity
    const part = isUrgent ? this.#share + (1 - this.#share) * URGENT_PART : this.#share
    return Math.max(1, Math.floor(limit * part))
  }

  /** Those of them that are ours. */
  #budget(isUrgent: boolean): number {
    return Math.max(1, Math.floor(this.#whole(isUrgent) / this.#sharers))
  }

  #isSpent(isUrgent: boolean): boolean {
    return this.#used() >= this.#budget(isUrgent) || this.#shown() >= this.#whole(isUrgent)
  }

  /** Requests of ours in this window. */
  #used(): number {
    return this.#window?.used ?? 0
  }

  /** Requests that the org counts in this window, ours and those of others. */
  #shown(): number {
    const remaining = this.#window?.remaining
    if (remaining === undefined) return 0
    // Those under way may be in `remaining` already; counting them again errs on the safe side. Each of the others may have
    // as many under way, after the same answer.
    const underWay = this.#inFlight === 0 ? 0 : this.#inFlight * this.#sharers
    return (this.#limit ?? 0) - remaining + underWay
  }

  #observe(figures: WindowFigures, nowMs: number): void {
    const { remaining, reset } = figures
    if (reset !== undefined && reset.seconds > (this.#window?.resetSeconds ?? Infinity)) this.#end()
    // An answer of a window that is over says nothing about this one.
    if (reset !== undefined && reset.seconds <= this.#endedResetSeconds) return
    this.#window ??= this.#open(nowMs)
    const window = this.#window
    const endMs = nowMs + (reset?.inMs ?? WINDOW_MS)
    // `Date` is cut to a second, so every answer's end is at or after the true one, and the earliest is the best.
    window.endMs = window.remaining === undefined ? endMs : Math.min(endMs, window.endMs)
    window.remaining = Math.min(remaining, window.remaining ?? remaining)
    if (reset === undefined) return
    window.resetSeconds = reset.seconds
    // Rounds that went on would drift against the windows, and two in one window would each try for more.
    this.#caution.endBy(window.endMs)
  }

  /** A request whose answer said nothing may be the one that opened the org's window, after ours was over. */
  #suppose(nowMs: number): void {
    this.#roll(nowMs)
    this.#window ??= { used: this.#inFlight + 1, endMs: nowMs + WINDOW_MS }
  }

  #refuse(answer: PacedAnswer, nowMs: number, jitter: number): void {
    this.#refusals++
    // Those that were under way at the same time are one event.
    if (nowMs >= this.#blockedUntilMs) this.#failures++
    const waitMs =
      untilResetMs(answer.headers, orgTimeOf(answer)) ??
      // Without a usable reset the waits grow to a whole window.
      Math.min(WINDOW_MS, 1_000 * 2 ** this.#failures)
    this.block(nowMs + waitMs + jitter * 1_000)
    this.#caution.refuse(nowMs, this.#blockedUntilMs, this.#inFlight, this.#budget(false))
  }

  #open(nowMs: number): Window {
    // Those under way may arrive in this window as well as in the one before.
    return { used: this.#inFlight, endMs: nowMs + WINDOW_MS }
  }

  #end(): void {
    this.#endedResetSeconds = Math.max(this.#endedResetSeconds, this.#window?.resetSeconds ?? 0)
    this.#window = undefined
  }

  #roll(nowMs: number): void {
    if (this.#window !== undefined && nowMs >= this.#window.endMs) this.#end()
  }
}

function orgTimeOf({ headers, orgTime }: PacedAnswer): Date {
  const dateMs = Date.parse(dateOf(headers) ?? '')
  return Number.isNaN(dateMs) ? orgTime : new Date(dateMs)
}

/** Undefined where they say what cannot be, or what was. */
function figuresOf(answer: PacedAnswer): WindowFigures | undefined {
  if (isFromCache(answer.headers)) return undefined
  const { limit = 0, remaining = 0, resetSeconds } = readRateFigures(answer.headers) ?? {}
  if (limit < 1 || remaining > limit) return undefined
  if (resetSeconds === undefined) return { limit, remaining }
  const inMs = resetSeconds * 1_000 - orgTimeOf(answer).getTime()
  const isUsable = inMs > 0 && inMs <= MAX_RESET_MS
  return { limit, remaining, reset: isUsable ? { seconds: resetSeconds, inMs } : undefined }
}
