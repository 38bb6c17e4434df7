import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { addEvents, startOrg } from '@postern/emulator'
import { sql } from 'kysely'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openSeal } from '../../src/store/seal.ts'
import { flawless, judge } from './checker.ts'
import { FeedProcesses } from './kill-feed.ts'
import { openProvenSinks } from './proven-sinks.ts'
import { addConnection, addFeed, eventsOf, openWorker } from './scene.ts'
import type { Step } from './steps.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

async function openRace(open: (typeof stores)[number]['open'], ahead: number) {
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
  onTestFinished(running.close)
  const kept = await open()
  onTestFinished(() => kept.close())
  const { dataDir, database } = kept.place
  const keyFile = path.join(dataDir, 'master-key')
  await makeMasterKeyFile(keyFile)
  const seal = await openSeal(kept.store, { source: masterKeyFromFile(keyFile) })
  const director = openWorker({ store: kept.store, seal })
  onTestFinished(() => director.connections.close())
  await addConnection(director, running)
  const { sinks, close } = await openProvenSinks()
  onTestFinished(close)
  const feed = await addFeed(director, { name: 'log', sinks })
  const cache = await mkdtemp(path.join(inject('runFolder'), 'compiled-'))
  const processes = new FeedProcesses({ ahead, cache })
  onTestFinished(() => processes.close())
  const task = { dataDir, database: database?.reveal() ?? '', keyFile, feedId: feed.id }
  /** What is wrong with each sink, with nothing to be said of the webhook's repeats. */
  const verdicts = async (events: ReturnType<typeof eventsOf>) => {
    const due = new Set(events.map(({ uuid }) => uuid))
    return Promise.all(
      sinks.map(async (sink) => {
        const verdict = judge(eventsOf(running), await sink.read(feed.name))
        const lost = verdict.lost.filter((uuid) => due.has(uuid))
        return { ...verdict, lost, ...(sink.mayRepeat && { duplicates: [] }) }
      }),
    )
  }
  const held = () =>
    Promise.all(
      sinks.map(async (sink) => {
        const ids = (await sink.read(feed.name)).map(({ id }) => id)
        return sink.mayRepeat ? [...new Set(ids)] : ids
      }),
    )
  const databases = [task.database, sinks.flatMap(({ members }) => members.secrets?.['url'] ?? [])]
    .flat()
    .map((url) => new URL(url).pathname.slice(1))
  /** Ends the transactions that somebody who is stopped left open, as PostgreSQL does by itself after half a minute. */
  const endIdle = async () => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where state = 'idle in transaction' and datname = any(${databases})`.execute(kept.store.db)
  }
  return { running, processes, task, verdicts, held, endIdle }
}

describe.each(postgres)('workers that race for one feed on $name', ({ open }) => {
  test.each([2, 5])(
    '%i of them at the same moment lose nothing and repeat nothing',
    {
      timeout: 240_000,
    },
    async (count) => {
      const { running, processes, task, verdicts } = await openRace(open, 1)
      for (let lap = 0; lap < 1; lap++) {
        addEvents(running.org, { count: 1_100 })
        const racers = Array.from({ length: count }, () => processes.begin(task))
        const ends = await Promise.all(racers.map(({ ended }) => ended))
        expect(ends.filter(({ result }) => result === undefined)).toEqual([])
      }
      const due = eventsOf(running)
      await processes.begin(task).ended
      expect(await verdicts(due)).toEqual(Array(4).fill(flawless))
    },
  )

  test.each<readonly [Step, number]>([
    ['after-get', 2],
    ['before-sink', 2],
    ['mid-sink', 3],
    ['after-sink', 1],
    ['after-transaction', 3],
  ])(
    'one that is stopped at %s %i past its lease and wakes late changes nothing',
    {
      timeout: 240_000,
    },
    async (step, nth) => {
      const { running, processes, task, verdicts, held, endIdle } = await openRace(open, 1)
      addEvents(running.org, { count: 1_100 })
      const late = processes.begin({ ...task, pauseAt: { step, nth } })
      await late.paused
      await endIdle()
      addEvents(running.org, { count: 40 })
      const due = eventsOf(running)
      // A process that begins ends the leases of those before it, as time would.
      const { result } = await processes.begin(task).ended
      expect([result?.outcome, result?.error]).toEqual(['ok', undefined])
      const before = await held()
      late.kill('SIGCONT')
      const woken = await late.ended
      expect(woken.result?.outcome ?? woken.stderr).toMatch(/^(fenced|elsewhere)$/)
      expect(await held()).toEqual(before)
      await processes.begin(task).ended
      expect(await verdicts(due)).toEqual(Array(4).fill(flawless))
    },
  )
})
