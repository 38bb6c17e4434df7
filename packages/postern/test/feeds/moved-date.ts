/** @module This machine's clock, set by the test: `Date` in this process, and so in an embedded store too. Timers go on as they are. */

const RealDate = Date

/** A clock that is wrong by as much as the test says. */
export interface MovedDate {
  /** Sets the clock: it is this far ahead, or behind, from now on. */
  set(aheadMs: number): void
  readonly aheadMs: number
  /** The right time. */
  realNow(): Date
  restore(): void
}

/** Takes over `Date`, until it is restored. */
export function moveDate(): MovedDate {
  let aheadMs = 0
  const now = () => RealDate.now() + aheadMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
  return {
    set: (ms) => {
      aheadMs = ms
    },
    get aheadMs() {
      return aheadMs
    },
    realNow: () => new RealDate(RealDate.now()),
    restore: () => {
      globalThis.Date = RealDate
    },
  }
}
