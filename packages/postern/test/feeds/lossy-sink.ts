/** @module Plays a sink that loses what it confirmed, and the way back that docs/feeds.md names: a feed of its own. */

import fc from 'fast-check'
import { runFeed } from '../../src/feeds/run.ts'
import type { AilingKind } from './ailments.ts'
import { type HeldRecord, judge, type Verdict } from './checker.ts'
import type { ProvenSink } from './held.ts'
import { happen, type PlayScene, START, type Stage, withScene } from './play.ts'
import { addFeed, eventsOf, openWorker, runToEnd } from './scene.ts'

/** What was there before the loss, and what comes behind it. */
export interface Loss {
  readonly before: number
  readonly behind: number
}

/** What came of it. */
export interface LossResult {
  /** Events that the sink lost. */
  readonly lost: number
  /** What stopped the feed behind the loss; undefined where it noticed nothing. */
  readonly noticed: string | undefined
  readonly verdict: Verdict
}

/** Any loss. */
export function anyLoss(): fc.Arbitrary<Loss> {
  const count = fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 990, max: 2_300 }))
  return fc.record({ before: count, behind: fc.integer({ min: 1, max: 40 }) })
}

/** Plays it. */
export function playLoss(stage: Stage, kind: AilingKind, loss: Loss): Promise<LossResult> {
  return withScene(stage, {}, async (scene) => {
    const { running, clock, feed, sinks } = scene
    const [sink] = sinks
    if (sink?.lose === undefined) throw new Error('This sink loses nothing.')
    const options = { ...stage, clock }
    happen(running, { count: loss.before, agoMs: 0, lateMs: 0 }, { now: clock.now(), number: 0 })
    await runToEnd(options, feed)
    const before = eventsOf(running, START.getTime())
    await sink.lose(feed.name)
    const { lost } = judge(before, await sink.read(feed.name, true))
    clock.advance(60_000)
    const behind = { count: loss.behind, agoMs: 0, lateMs: 0 }
    happen(running, behind, { now: clock.now(), number: loss.before })
    const noticed = await runOnce(options, scene)
    const again = await repair(options, scene, sink)
    const held: HeldRecord[] = [...(await sink.read(again))]
    if (kind === 'webhook') held.push(...(await sink.read(feed.name)))
    const verdict = judge(eventsOf(running, START.getTime()), held)
    return {
      lost: lost.length,
      noticed,
      verdict: { ...verdict, ...(sink.mayRepeat && { duplicates: [] }) },
    }
  })
}

type Options = Parameters<typeof runToEnd>[0]

/** @returns the code with which the sink refused. */
async function runOnce(options: Options, { feed }: PlayScene): Promise<string | undefined> {
  const worker = openWorker(options)
  const finished = await runFeed(worker, feed.id, { trigger: 'request' })
  await worker.connections.close()
  const [, code] = /takes nothing \((\w+)\)/.exec(finished?.report.notes.join() ?? '') ?? []
  return code
}

/** A feed that begins before the loss, into the same sink. @returns its name */
async function repair(
  options: Options,
  { feed, connection }: PlayScene,
  sink: ProvenSink,
): Promise<string> {
  const worker = openWorker(options)
  const name = `${feed.name}-again`
  const settings = { since: START.toISOString() }
  const again = await addFeed(worker, { name, connection, sinks: [sink], settings })
  await worker.connections.close()
  await runToEnd(options, again)
  return name
}
