/** @module Plays a feed that nobody ran for longer than Okta keeps events: what cannot be read any more is a gap with a name. */

import fc from 'fast-check'
import { listGaps } from '../../src/store/gaps.ts'
import { judge, type Verdict } from './checker.ts'
import { type Fate, Life } from './life.ts'
import { happen, START, type Stage, withScene } from './play.ts'
import { endLeases, eventsOf, runToEnd } from './scene.ts'
import type { Happening } from './schedules.ts'

/** A history of which a part is lost. */
export interface LostHistory {
  /** What was read, before nobody ran the feed any more. */
  readonly before: Happening
  /** What happened since, and how much time passed after each. */
  readonly unread: readonly (Happening & { readonly advanceMs: number })[]
  /** How often the cursor is refused in the end. */
  readonly refusals: number
  readonly fate: Fate | undefined
}

/** What came of it. */
export interface HistoryResult {
  /** Of every sink, but for what Okta does not show any more. */
  readonly verdicts: readonly Verdict[]
  /** Events that Okta does not show any more, and those of them that are in no gap. */
  readonly expired: number
  readonly unnamed: number
}

const DAY_MS = 86_400_000
const RETENTION_MS = 90 * DAY_MS

/** Any such history. */
export function anyLostHistory(): fc.Arbitrary<LostHistory> {
  const happening = {
    count: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 990, max: 1_300 })),
    agoMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: DAY_MS })),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 * DAY_MS })),
  }
  const advanceMs = fc.integer({ min: DAY_MS, max: 60 * DAY_MS })
  return fc.record({
    before: fc.record(happening),
    unread: fc
      .array(fc.record({ ...happening, advanceMs }), { minLength: 2, maxLength: 4 })
      // The last of them are there to be read yet.
      .map((all) => [{ ...all[0], advanceMs: 91 * DAY_MS } as (typeof all)[number], ...all]),
    refusals: fc.integer({ min: 0, max: 2 }),
    fate: fc.option(
      fc.record({
        kind: fc.constant('dies' as const),
        step: fc.constantFrom('after-get' as const, 'in-transaction' as const, 'mid-sink' as const),
        nth: fc.integer({ min: 1, max: 6 }),
      }),
      { nil: undefined },
    ),
  })
}

/** Plays it. */
export function playLostHistory(stage: Stage, history: LostHistory): Promise<HistoryResult> {
  return withScene(stage, {}, async ({ running, clock, feed, sinks }) => {
    const { store, seal } = stage
    const options = { store, seal, clock }
    let number = 0
    const add = (happening: Happening) => {
      happen(running, happening, { now: clock.now(), number })
      number += happening.count
    }
    add(history.before)
    await runToEnd(options, feed)
    for (const { advanceMs, ...happening } of history.unread) {
      add(happening)
      clock.advance(advanceMs)
    }
    if (history.refusals > 0) running.faults.on(`cursor-refused=times:${history.refusals}`)
    if (history.fate !== undefined) {
      const life = new Life(options, feed, history.fate)
      await life.ended
      if (life.failure !== undefined) throw life.failure
      await endLeases(store)
    }
    await runToEnd(options, feed)
    const oldestMs = clock.now().getTime() - RETENTION_MS
    const events = eventsOf(running, START.getTime())
    const gaps = await listGaps(store, feed.id)
    const isNamed = (epochMs: number) =>
      gaps.some(
        ({ from_at: from, to_at: to }) =>
          (from?.getTime() ?? 0) <= epochMs && epochMs <= to.getTime(),
      )
    const { log } = running.org
    const first = log.firstPersistedFrom(START.getTime())
    const expired = new Map(
      events.flatMap(({ uuid }, place) => {
        const { publishedMs, persistedMs } = log.describe(first + place)
        if (publishedMs >= oldestMs) return []
        return [[uuid, isNamed(publishedMs) || isNamed(persistedMs)] as const]
      }),
    )
    const verdicts: Verdict[] = []
    let unnamed = 0
    let gone = 0
    for (const sink of sinks) {
      const verdict = judge(events, await sink.read(feed.name))
      const lost = verdict.lost.filter((uuid) => !expired.has(uuid))
      gone += verdict.lost.length - lost.length
      unnamed += verdict.lost.filter((uuid) => expired.get(uuid) === false).length
      verdicts.push({ ...verdict, lost, ...(sink.mayRepeat && { duplicates: [] }) })
    }
    return { verdicts, expired: gone, unnamed }
  })
}
