/**
 * @module A fleet on one worker, played without waiting: when each run is due is what the product says (the next fire, spread by
 * the id of the feed); what a run takes of the processor, and how long it is under way, is what was measured. The worker does
 * one thing at a time, has so many runs under way at most, and looks for those that are due every half second.
 */

import { nextRun } from '../packages/postern/src/feeds/next-run.ts'
import { parseCron } from '../packages/postern/src/jobs/cron.ts'

/** What is played. */
export interface FleetPlan {
  /** Their ids. */
  readonly feeds: readonly string[]
  readonly cron: string
  /** Runs at a time. */
  readonly concurrency: number
  readonly seconds: number
  /** Processor time of one run. */
  readonly runMs: number
  /** Processor time of everything else, in a second. */
  readonly besidesMs: number
  /** How long runs are under way, as measured: each takes the next one. */
  readonly durationsMs: readonly number[]
}

/** What came of it. */
export interface PlayedFleet {
  readonly runs: number
  /** Of one core. */
  readonly processorShare: number
  /** How much later than due runs began, in order. */
  readonly lateMs: readonly number[]
  /** Runs under way at a time, at most. */
  readonly atOnce: number
  /** Runs that were due while that before them was not at its end. */
  readonly overtaken: number
}

interface Due {
  readonly feed: number
  readonly atMs: number
}

/** A run whose org has answered at that time, and that has not ended. */
interface UnderWay {
  readonly feed: number
  readonly answeredMs: number
}

const LOOK_EVERY_MS = 500
const BEGAN = new Date('2027-03-01T00:00:00Z')

/** Plays a fleet that has run for long. */
export function playFleet(plan: FleetPlan): PlayedFleet {
  const { feeds, seconds, concurrency, runMs, besidesMs, durationsMs } = plan
  const dues = duesOf(plan)
  const late: number[] = []
  const endedMs = new Float64Array(feeds.length)
  const underWay: UnderWay[] = []
  let [processorMs, freeMs, atOnce, overtaken] = [0, 0, 0, 0]
  /** Takes the processor for so long, once it is free. @returns when it began */
  const work = (fromMs: number, tookMs: number): number => {
    const beganMs = Math.max(freeMs, fromMs)
    processorMs += tookMs
    freeMs = beganMs + tookMs
    return beganMs
  }
  const endRuns = (untilMs: number) => {
    while (underWay[0] !== undefined && Math.max(underWay[0].answeredMs, freeMs) <= untilMs) {
      const [{ feed, answeredMs }] = underWay.splice(0, 1) as [UnderWay]
      endedMs[feed] = work(answeredMs, runMs / 2) + runMs / 2
    }
  }
  const begin = (due: Due, lookMs: number) => {
    if ((endedMs[due.feed] ?? 0) > due.atMs) overtaken += 1
    const beganMs = work(lookMs, runMs / 2)
    late.push(beganMs - due.atMs)
    const tookMs = durationsMs[late.length % durationsMs.length] ?? 0
    insert(underWay, { feed: due.feed, answeredMs: beganMs + tookMs })
    atOnce = Math.max(atOnce, underWay.length)
  }
  for (let lookMs = 0; lookMs < seconds * 1_000; lookMs += LOOK_EVERY_MS) {
    endRuns(lookMs)
    work(lookMs, (besidesMs * LOOK_EVERY_MS) / 1_000)
    for (let due = dues[late.length]; due !== undefined; due = dues[late.length]) {
      if (due.atMs > lookMs || underWay.length >= concurrency) break
      begin(due, lookMs)
    }
  }
  return {
    ...{ runs: late.length, atOnce, overtaken, processorShare: processorMs / 1_000 / seconds },
    lateMs: late.toSorted((one, other) => one - other),
  }
}

/** When runs are due, in order, in milliseconds from the beginning. */
function duesOf({ feeds, cron: text, seconds }: FleetPlan): readonly Due[] {
  const cron = parseCron(text, 'UTC')
  const end = BEGAN.getTime() + seconds * 1_000
  const dues = feeds.flatMap((feedId, feed) => {
    const own: Due[] = []
    const options = { feedId, feeds: feeds.length }
    for (let at = nextRun(cron, { ...options, now: BEGAN }); at.getTime() < end; ) {
      own.push({ feed, atMs: at.getTime() - BEGAN.getTime() })
      at = nextRun(cron, { ...options, now: at, last: at })
    }
    return own
  })
  return dues.toSorted((one, other) => one.atMs - other.atMs)
}

/** Puts a run among those under way, by the time of its answer. */
function insert(underWay: UnderWay[], run: UnderWay): void {
  const at = underWay.findLastIndex(({ answeredMs }) => answeredMs <= run.answeredMs)
  underWay.splice(at + 1, 0, run)
}
