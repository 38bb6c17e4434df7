/** @module How the budgets of one connection were used in the last hour, in steps of ten seconds; of this process, and only in memory. */

import type { BucketView } from '@postern/core'

/** One step in which there was a request. */
export interface RateStep {
  readonly at: Date
  /** The most that was used of this process's part of a window. */
  readonly used: number
  /** That part. */
  readonly budget: number
  /** Requests a minute that the org allows the credential. */
  readonly limit: number
}

const STEP_MS = 10_000
const KEPT_MS = 3_600_000
// Paths decide on the bucket, and Okta's table of them is short: more than these are not looked for.
const MAX_BUCKETS = 50

/** Remembers. */
export class RateHistory {
  readonly #now: () => Date
  readonly #steps = new Map<string, RateStep[]>()

  /** @param now - what time it is. */
  constructor(now: () => Date) {
    this.#now = now
  }

  /** Takes what is known of a bucket behind an answer. */
  note(bucket: string, view: BucketView | undefined): void {
    if (view?.limitPerMinute === undefined) return
    const { limitPerMinute: limit, budget = limit, left = budget } = view
    const nowMs = this.#now().getTime()
    const atMs = Math.floor(nowMs / STEP_MS) * STEP_MS
    const steps = this.#stepsOf(bucket)
    if (steps === undefined) return
    const last = steps.at(-1)
    const isSame = last?.at.getTime() === atMs
    const used = Math.max(budget - left, isSame ? last.used : 0)
    if (isSame) steps.pop()
    steps.push({ at: new Date(atMs), used, budget, limit })
    while (isOver(steps[0], nowMs)) steps.shift()
  }

  /** The steps of a bucket, the earliest first. */
  of(bucket: string): readonly RateStep[] {
    const nowMs = this.#now().getTime()
    return (this.#steps.get(bucket) ?? []).filter((step) => !isOver(step, nowMs))
  }

  #stepsOf(bucket: string): RateStep[] | undefined {
    const known = this.#steps.get(bucket)
    if (known !== undefined || this.#steps.size >= MAX_BUCKETS) return known
    const steps: RateStep[] = []
    this.#steps.set(bucket, steps)
    return steps
  }
}

function isOver(step: RateStep | undefined, nowMs: number): boolean {
  return step !== undefined && step.at.getTime() <= nowMs - KEPT_MS
}
