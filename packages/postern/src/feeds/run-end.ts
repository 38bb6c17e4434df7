/** @module Why a run ends before it is caught up, without anything having failed. */

/** Its time is over; the feed was paused; its sinks take nothing and the spool is full. */
export type RunEndReason = 'time' | 'paused' | 'spool-full'

/** The reason with which the signal of a run aborts. */
export class RunEnd extends Error {
  override readonly name = 'RunEnd'
  readonly why: RunEndReason

  constructor(why: RunEndReason) {
    super(`The run ends: ${why}.`)
    this.why = why
  }
}

/** Whether a signal's reason is that a run ends so. */
export function isRunEnd(reason: unknown, why: RunEndReason): boolean {
  return reason instanceof RunEnd && reason.why === why
}
