/** @module Time as a parameter: what tells the time, and the org's own clock, which a fault may set wrong. */

/** What tells the time. Tests move it by hand. */
export interface Clock {
  now(): Date
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands where it was put until it is let go; from then on it tells the time of another one. */
export class HeldClock implements Clock {
  readonly #clock: Clock
  #heldMs: number | undefined

  constructor(clock: Clock, heldMs: number) {
    this.#clock = clock
    this.#heldMs = heldMs
  }

  now(): Date {
    return this.#heldMs === undefined ? this.#clock.now() : new Date(this.#heldMs)
  }

  /** What the other one tells. */
  behind(): Date {
    return this.#clock.now()
  }

  /** Puts it to a time, in milliseconds since the epoch. */
  holdAt(epochMs: number): void {
    this.#heldMs = epochMs
  }

  /** Lets it go. */
  release(): void {
    this.#heldMs = undefined
  }
}

/** The time of an org: a clock, and how far the org is from it. */
export class OrgTime implements Clock {
  readonly #clock: Clock
  /** How far this org's clock is ahead (or, negative, behind), in milliseconds. */
  offsetMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): Date {
    return new Date(this.nowMs())
  }

  /** Milliseconds since the epoch. */
  nowMs(): number {
    return this.#clock.now().getTime() + this.offsetMs
  }

  /** The same, cut to whole seconds: the resolution of every timestamp in Okta's management objects. */
  secondMs(): number {
    return Math.floor(this.nowMs() / 1_000) * 1_000
  }
}

/** An instant as Okta prints it: `2026-03-30T07:55:48.000Z`. */
export function formatTime(epochMs: number): string
export function formatTime(epochMs: number | null): string | null
export function formatTime(epochMs: number | null): string | null {
  if (epochMs === null) return null
  const ms = Math.trunc(epochMs)
  const day = Math.floor(ms / DAY_MS)
  const msOfDay = ms - day * DAY_MS
  const second = Math.floor(msOfDay / 1_000)
  const hours = digits[Math.floor(second / 3_600)]
  const minutes = digits[Math.floor(second / 60) % 60]
  return `${dateOf(day)}T${hours?.slice(1)}:${minutes?.slice(1)}:${digits[second % 60]?.slice(1)}.${digits[msOfDay % 1_000]}Z`
}

const DAY_MS = 86_400_000
const MAX_DATES = 10_000
const dates = new Map<number, string>()
const digits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'))

// A page of users has 1,200 times, and `toISOString` needs a third of the page's time for them.
function dateOf(day: number): string {
  const known = dates.get(day)
  if (known !== undefined) return known
  const date = new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length)
  if (dates.size === MAX_DATES) dates.clear()
  dates.set(day, date)
  return date
}
