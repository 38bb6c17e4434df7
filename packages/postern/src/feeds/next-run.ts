/** @module When a feed runs next: its schedule's next fire, moved by the feed's own share. */

import type { Cron } from '../jobs/cron.ts'
import { nextFire, periodAfter } from '../jobs/next.ts'
import { MAX_SPREAD_MS, spreadMs } from '../jobs/spread.ts'

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
