/** @module Time as a parameter: the machine's clock, and the org's clock learned from its answers. */

import type { AnswerHeaders } from './transport.ts'

/** What tells the time and waits. Tests move it by hand. */
export interface Clock {
  /** The wall clock. */
  now(): Date
  /** Milliseconds on a clock that is never set back; its zero means nothing. */
  monotonicMs(): number
  /** Resolves after `waitMs`, or rejects with the signal's reason as soon as `signal` aborts. */
  sleep(waitMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (waitMs, options) =>
    new Promise((resolve, reject) => {
      const signal = options?.signal
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, waitMs)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/
const DAY_MS = 86_400_000

/** What the org's time was taken to be, and when. */
export interface ClockReading {
  readonly orgMs: number
  /** On the machine's clock that is never set back. */
  readonly monotonicMs: number
}

/**
 * Whether a cache gives again what the org answered earlier: what the headers say of the time and of a rate limit is past.
 *
 * @see RFC 9111, section 5.1 - Age
 */
export function isFromCache(headers: AnswerHeaders): boolean {
  return !/^0*$/.test(headers.get('age') ?? '')
}

/** The `Date` of an answer that has just arrived; undefined for one from a cache: each counts `Age` in its own way. */
export function dateOf(headers: AnswerHeaders): string | undefined {
  return isFromCache(headers) ? undefined : (headers.get('date') ?? undefined)
}

/**
 * How far the {@link dateOf} of an answer is ahead of a clock, in milliseconds; undefined where there is none, or it is in
 * another form than IMF-fixdate.
 */
export function measureOffsetMs(headers: AnswerHeaders, now: Date): number | undefined {
  const dateHeader = dateOf(headers)
  if (dateHeader === undefined || !IMF_FIXDATE.test(dateHeader)) return undefined
  const measuredMs = Date.parse(dateHeader) - now.getTime()
  return Number.isNaN(measuredMs) ? undefined : measuredMs
}

/** A difference as a person reads it: `This machine's clock is 600 s ahead of the org's`. */
export function describeOffset(offsetSeconds: number): string {
  const direction = offsetSeconds < 0 ? 'ahead of' : 'behind'
  return `This machine's clock is ${Math.abs(offsetSeconds)} s ${direction} the org's`
}

/**
 * The org's time: the machine's clock plus the offset that the org's `Date` headers show.
 *
 * `Date` has whole seconds and travel takes time, so an offset below {@link OrgClock.resolutionMs} is taken as none.
 */
export class OrgClock {
  static readonly resolutionMs = 2_000
  readonly #clock: Clock
  #offsetMs = 0
  #measuredMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How far the org's clock was ahead at its last answer that had a time, also where that is too far to be used. */
  get measuredMs(): number | undefined {
    return this.#measuredMs
  }

  /** How far the org's clock is ahead of this machine's, in milliseconds; 0 until an answer showed otherwise. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  now(): Date {
    return new Date(this.#clock.now().getTime() + this.#offsetMs)
  }

  /** The org's time now, for {@link OrgClock.isCorrectedSince}. */
  read(): ClockReading {
    return { orgMs: this.now().getTime(), monotonicMs: this.#clock.monotonicMs() }
  }

  /** Whether what was signed for a time would be signed for another one now: something was learned since, or the machine's clock set. */
  isCorrectedSince({ orgMs, monotonicMs }: ClockReading): boolean {
    const passedMs = this.#clock.monotonicMs() - monotonicMs
    return Math.abs(this.now().getTime() - orgMs - passedMs) >= OrgClock.resolutionMs
  }

  /**
   * Learns from the `Date` header of an answer that has just arrived. One that is absent, from a cache,
   * in another form than IMF-fixdate, or more than a day away changes nothing.
   *
   * @returns by how much the offset changed, in milliseconds.
   * @see RFC 9110, section 6.6.1 - Date
   */
  observe(headers: AnswerHeaders): number {
    const measuredMs = measureOffsetMs(headers, this.#clock.now())
    if (measuredMs === undefined) return 0
    this.#measuredMs = measuredMs
    // No certificate would have passed with a clock that wrong; and an assertion is signed for this time.
    if (!(Math.abs(measuredMs) <= DAY_MS + OrgClock.resolutionMs)) return 0
    const offsetMs = Math.abs(measuredMs) < OrgClock.resolutionMs ? 0 : measuredMs
    const changeMs = offsetMs - this.#offsetMs
    // Below the resolution a new offset is noise, and keeping the old one keeps times steady.
    if (Math.abs(changeMs) < OrgClock.resolutionMs) return 0
    this.#offsetMs = offsetMs
    return changeMs
  }
}
