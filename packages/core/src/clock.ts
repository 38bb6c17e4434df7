/** @module Time as a parameter: the machine's clock, and the org's clock learned from its answers. */

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
const MAX_OFFSET_MS = 86_400_000

/**
 * The org's time: the machine's clock plus the offset that the org's `Date` headers show.
 *
 * `Date` has whole seconds and travel takes time, so an offset below {@link OrgClock.resolutionMs} is taken as none.
 */
export class OrgClock {
  static readonly resolutionMs = 2_000
  readonly #clock: Clock
  #offsetMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How far the org's clock is ahead of this machine's, in milliseconds; 0 until an answer showed otherwise. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  now(): Date {
    return new Date(this.#clock.now().getTime() + this.#offsetMs)
  }

  /**
   * Learns from the `Date` header of an answer that has just arrived. One that is absent,
   * in another form than IMF-fixdate, or more than a day away changes nothing.
   *
   * @returns by how much the offset changed, in milliseconds.
   * @see RFC 9110, section 6.6.1 - Date
   */
  observe(dateHeader: string | undefined): number {
    if (dateHeader === undefined || !IMF_FIXDATE.test(dateHeader)) return 0
    const measuredMs = Date.parse(dateHeader) - this.#clock.now().getTime()
    // No certificate would have passed with a clock that wrong; and an assertion is signed for this time.
    if (!(Math.abs(measuredMs) <= MAX_OFFSET_MS)) return 0
    const offsetMs = Math.abs(measuredMs) < OrgClock.resolutionMs ? 0 : measuredMs
    const changeMs = offsetMs - this.#offsetMs
    // Below the resolution a new offset is noise, and keeping the old one keeps times steady.
    if (Math.abs(changeMs) < OrgClock.resolutionMs) return 0
    this.#offsetMs = offsetMs
    return changeMs
  }
}
