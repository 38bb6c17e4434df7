/** @module When a feed runs next: its schedule's next fire, moved by the feed's own share. */

import type { Cron } from '../jobs/cron.ts'
import { nextFire, periodAfter } from '../jobs/next.ts'
import { MAX_SPREAD_MS, spreadMs } from '../jobs/spread.ts'

// What is due sooner comes by itself.
const SOON_MS = 600_000

/** What {@link nextRun} decides from. */
export interface NextRunOptions {
  readonly feedId: string
  /** How many feeds there are. */
  readonly feeds: number
  readonly now: Date
  /** When the run before was due, however late it was; absent where none was. */
  readonly last?: Date | undefined
}

/**
 * When a feed is due next: later than now, and for a fire after that of its last run. Fires that have passed meanwhile are left
 * out. A clock that is set back brings no fire a second time.
 */
export function nextRun(cron: Cron, { feedId, feeds, now, last }: NextRunOptions): Date {
  // A fire that has passed may be due yet, by its share; none is later than that.
  const earliest = new Date(now.getTime() - MAX_SPREAD_MS)
  let after = last !== undefined && last > earliest ? last : earliest
  for (;;) {
    const fire = nextFire(cron, after)
    const periodMs = periodAfter(cron, fire)
    const due = new Date(fire.getTime() + spreadMs(feedId, { periodMs, feeds }))
    if (due > now) return due
    after = fire
  }
}

/** Whether a next run is due soon enough that no clock that was set back needs to be thought of. */
export function soonUntil(now: Date): Date {
  return new Date(now.getTime() + SOON_MS)
}

/**
 * The next run in the place of one that is due later than two fires from now: the clock was set back since it was sent, and the
 * feed would rest for as long. Undefined where it stays.
 */
export function nextRunAfterSetBack(
  cron: Cron,
  due: Date,
  options: Omit<NextRunOptions, 'last'>,
): Date | undefined {
  if (due <= soonUntil(options.now)) return undefined
  const next = nextRun(cron, options)
  const second = nextRun(cron, { ...options, last: next })
  return due > second ? next : undefined
}
