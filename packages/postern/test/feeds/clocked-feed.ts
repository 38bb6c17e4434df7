/** @module A feed of the System Log, read and delivered while the clock of its machine is set again and again. */

import { systemClock } from '@postern/core'
import { addEvents, startOrg } from '@postern/emulator'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { judge, type Verdict } from './checker.ts'
import type { ProvenSink } from './held.ts'
import { Life } from './life.ts'
import type { MovedDate } from './moved-date.ts'
import { addConnection, addFeed, endLeases, endRests, eventsOf, openWorker } from './scene.ts'
import { deadlySteps } from './steps.ts'

const DAY_MS = 86_400_000
const RUNS = 5
const MAX_FINISHES = 10

type Random = (below: number) => number

/** What it is played on. */
export interface ClockedScene {
  readonly store: Store
  readonly seal: Seal
  readonly sinks: readonly ProvenSink[]
  readonly number: number
}

/** Plays runs whose clock is set at requests in their middle; some of them die. */
export async function playClockedFeed(scene: ClockedScene, moved: MovedDate, random: Random) {
  const { store, seal, sinks, number } = scene
  const clock = { now: () => moved.realNow() }
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited', clock })
  const seen = { jumps: 0, deaths: 0, events: 0 }
  const wrongs: string[] = []
  const jump = () => {
    seen.jumps++
    const sizes = [random(600_000), 600_000, random(DAY_MS), DAY_MS, 0]
    moved.set((random(2) === 0 ? 1 : -1) * (sizes[random(sizes.length)] ?? 0))
  }
  try {
    const director = openWorker({ store, seal, clock: systemClock })
    const connection = `clocked-${number}`
    await addConnection(director, running, connection)
    const since = moved.realNow().toISOString()
    const settings = { since }
    const feed = await addFeed(director, { name: connection, connection, sinks, settings })
    await director.connections.close()
    const begin = moved.realNow().getTime()
    let requests = 0
    const through: Parameters<typeof openWorker>[0]['through'] = (transport) => async (request) => {
      if (++requests % 3 === 0) jump()
      return transport(request)
    }
    let isSetBack = false
    for (let run = 0; run < RUNS; run++) {
      addEvents(running.org, { count: 1 + random(1_400) })
      if (!isSetBack) jump()
      isSetBack = false
      const step = deadlySteps[random(deadlySteps.length)] ?? 'before-get'
      const fate = random(3) === 0 ? { kind: 'dies' as const, step, nth: 1 + random(5) } : undefined
      const life = new Life({ store, seal, through }, feed, fate)
      const finished = await life.ended
      if (life.isDead) {
        seen.deaths++
        // Its lease and the rests of its sinks must not be waited for until the clock is as late again; without that, as if they were over.
        isSetBack = store.kind === 'pglite' && moved.aheadMs >= 0
        if (isSetBack) moved.set(moved.aheadMs - DAY_MS)
        else {
          await endLeases(store)
          await endRests(store, feed.id)
        }
      } else if (life.failure !== undefined) wrongs.push(String(life.failure))
      else if (finished === undefined) wrongs.push('Nobody else runs it, and yet it was not run.')
      else if (finished.report.error !== undefined) {
        const { code, message } = finished.report.error
        wrongs.push(`${code}: ${message}`)
      }
    }
    const due = new Set(eventsOf(running, begin).map(({ uuid }) => uuid))
    for (let attempt = 1; ; attempt++) {
      const life = new Life({ store, seal }, feed)
      const finished = await life.ended
      if (finished?.outcome === 'ok' && !finished.more) break
      if (attempt === MAX_FINISHES)
        throw new Error(
          `The feed does not come to its end: ${JSON.stringify(finished)} ${life.failure}`,
        )
    }
    const events = eventsOf(running, begin)
    seen.events = events.length
    const verdicts: Verdict[] = []
    for (const sink of sinks) {
      const { lost, duplicates, ...verdict } = judge(events, await sink.read(feed.name))
      verdicts.push({
        ...verdict,
        lost: lost.filter((uuid) => due.has(uuid)),
        duplicates: sink.mayRepeat ? [] : duplicates,
      })
    }
    if (running.unexpected.length > 0) wrongs.push('The emulator failed.')
    return { seen, verdicts, wrongs }
  } finally {
    await running.close()
  }
}
