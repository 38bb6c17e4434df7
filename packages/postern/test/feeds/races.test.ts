import { addEvents } from '@postern/emulator'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { flawless, judge } from './checker.ts'
import { openKillScene } from './kill-scene.ts'
import { addFeed, eventsOf } from './scene.ts'
import type { Step } from './steps.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')

// The rest of them with POSTERN_RACES=all, in the nightly proof.
const isWhole = process.env['POSTERN_RACES'] === 'all'
const racing = isWhole ? [2, 3, 5] : [3]
const stops: readonly (readonly [Step, number])[] = [
  ['before-sink', 2],
  ['mid-sink', 3],
  ['after-transaction', 3],
  ...(isWhole
    ? ([
        ['after-get', 2],
        ['after-sink', 1],
      ] as const)
    : []),
]

async function openRace(open: (typeof stores)[number]['open']) {
  const scene = await openKillScene(open, 0)
  const { running, kept, director, sinks, processes } = scene
  const feed = await addFeed(director, { name: 'log', sinks })
  const task = { ...scene.task, feedId: feed.id }
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
  const databases = [
    task.database ?? [],
    sinks.flatMap(({ members }) => members.secrets?.['url'] ?? []),
  ]
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
  test.each(racing)(
    '%i of them at the same moment lose nothing and repeat nothing',
    {
      timeout: 240_000,
    },
    async (count) => {
      const { running, processes, task, verdicts } = await openRace(open)
      addEvents(running.org, { count: 1_100 })
      const racers = Array.from({ length: count }, () => processes.begin(task))
      const ends = await Promise.all(racers.map(({ ended }) => ended))
      expect(ends.filter(({ result }) => result === undefined)).toEqual([])
      const due = eventsOf(running)
      await processes.begin(task).ended
      expect(await verdicts(due)).toEqual(Array(4).fill(flawless))
    },
  )

  test.each(stops)(
    'one that is stopped at %s %i past its lease and wakes late changes nothing',
    {
      timeout: 240_000,
    },
    async (step, nth) => {
      const { running, processes, task, verdicts, held, endIdle } = await openRace(open)
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
