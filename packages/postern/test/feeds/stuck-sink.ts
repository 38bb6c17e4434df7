/** @module Lets a process read many pages while a sink is stuck, and then lets that go on: how much memory it needs is counted. */

import { addEvents } from '@postern/emulator'
import type { StoreUnderTest } from '../../../../test/stores.ts'
import { judge, type Verdict } from './checker.ts'
import { openKillScene } from './kill-scene.ts'
import type { Reaction } from './receiver.ts'
import { addFeed, eventsOf } from './scene.ts'

/** How a sink is stuck, and how much there is to read meanwhile. */
export interface StuckSink {
  readonly reaction: Reaction
  readonly pages: number
  /** How much may wait; absent: all of it. */
  readonly spoolRecords?: number
}

/** What came of it. */
export interface StuckResult {
  readonly verdicts: readonly Verdict[]
  /** Records that waited at most. */
  readonly mostWaiting: number
  /** How many bytes more were in use than at the beginning of a run, at most; of all that went through. */
  readonly grewBytes: number
  readonly events: number
  readonly eventBytes: number
}

const PAGE_RECORDS = 1_000
const MAX_RUNS = 200

/** Plays it. */
export async function playStuckSink(
  open: StoreUnderTest['open'],
  { reaction, pages, spoolRecords }: StuckSink,
): Promise<StuckResult> {
  const { running, kept, director, sinks, processes, task, receiver } = await openKillScene(open, 1)
  const [well, hook] = sinks
  if (well === undefined || hook === undefined) throw new Error('There are no sinks.')
  const feed = await addFeed(director, { name: 'log', sinks: [well, hook] })
  await kept.store.close()
  addEvents(running.org, { count: pages * PAGE_RECORDS })
  const due = new Set(eventsOf(running).map(({ uuid }) => uuid))
  const measured = { ...task, feedId: feed.id, isMeasured: true }
  const run = async () => {
    const limited = { ...measured, ...(spoolRecords !== undefined && { spoolRecords }) }
    const { result, stderr } = await processes.begin(limited).ended
    if (result === undefined) throw new Error(`It did not finish: ${stderr}`)
    mostWaiting = Math.max(mostWaiting, result.mostWaiting)
    grewBytes = Math.max(grewBytes, growthOf(result.bytesInUse))
    return result
  }
  let mostWaiting = 0
  let grewBytes = 0
  receiver.react = () => reaction
  await run()
  receiver.react = () => 'keep'
  for (let number = 0; ; number++) {
    const { outcome, more } = await run()
    if (outcome === 'ok' && !more) break
    if (number === MAX_RUNS) throw new Error('The feed does not come to its end.')
  }
  await kept.reopen()
  const events = eventsOf(running)
  const verdicts: Verdict[] = []
  for (const sink of [well, hook]) {
    const verdict = judge(events, await sink.read(feed.name))
    const lost = verdict.lost.filter((uuid) => due.has(uuid))
    verdicts.push({ ...verdict, lost, ...(sink.mayRepeat && { duplicates: [] }) })
  }
  const eventBytes = events.reduce((sum, { text }) => sum + text.length, 0)
  return { verdicts, mostWaiting, grewBytes, events: events.length, eventBytes }
}

/** By how much more was in use later than once the first pages were there. */
function growthOf(bytes: readonly number[]): number {
  const [first = 0] = bytes.slice(1)
  return Math.max(0, Math.max(...bytes.slice(1), first) - first)
}
