/** @module Time as a parameter: what tells the time, and the org's own clock, which a fault may set wrong. */

/** What tells the time. Tests move it by hand. */
export interface Clock {
  now(): Date
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() }

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
  return epochMs === null ? null : new Date(epochMs).toISOString()
}
