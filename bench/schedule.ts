/**
 * @module How late a due feed starts, its own share of the spreading aside, and how many start in one second (figure P11).
 * The runs themselves do nothing but look their feed up. `npm run schedule -w bench [-- --write]`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Secret, systemClock } from '@postern/core'
import { Schedules } from '../packages/postern/src/feeds/schedule.ts'
import { Jobs } from '../packages/postern/src/jobs/jobs.ts'
import { openLog } from '../packages/postern/src/log.ts'
import { readFeed } from '../packages/postern/src/store/feeds.ts'
import { openStore, type StorePlace } from '../packages/postern/src/store/open.ts'
import { emptyReport } from '../packages/postern/src/store/runs.ts'
import type { Store } from '../packages/postern/src/store/store.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import { report } from './report.ts'

interface ScheduleCase {
  readonly name: string
  readonly place: StorePlace
  readonly feeds: number
  readonly cron: string
  readonly seconds: number
}

const CONCURRENCY = 10
const ROWS_AT_ONCE = 500

const dataDir = mkdtempSync(path.join(tmpdir(), 'postern-bench-'))
const postgres = await startPostgres()
const { server } = postgres
const database = new Secret(urlOf(server, server.superuser, 'postgres'))
const rows: (string | number)[][] = []
try {
  const embedded = { dataDir }
  const served = { dataDir, database }
  for (const each of [
    { name: 'embedded', place: embedded, feeds: 500, cron: '* * * * *', seconds: 120 },
    { name: 'PostgreSQL', place: served, feeds: 40_000, cron: '*/5 * * * *', seconds: 90 },
  ]) {
    rows.push(await measureCase(each))
  }
} finally {
  await postgres.stop()
  rmSync(dataDir, { recursive: true })
}
report('schedule', 'npm run schedule -w bench', [
  {
    columns: [
      ...[
        'store, feeds, schedule',
        'seconds',
        'starts',
        'late: median, ms',
        '99 %, ms',
        'most, ms',
      ],
      ...['starts in a second, at most', 'sent for the first time in, s', 'processor', 'MB'],
    ],
    rows,
  },
])

async function measureCase({ name, place, feeds, cron, seconds }: ScheduleCase) {
  const store = await openStore(place)
  await insertFeeds(store, feeds, cron)
  const dues = new Map<string, number>()
  const late: number[] = []
  const starts = new Map<number, number>()
  const log = openLog({ level: 'warn' })
  const schedules = new Schedules({
    store,
    jobs: new Jobs({ store, log }),
    clock: systemClock,
    log,
    run: async (feedId) => {
      const nowMs = Date.now()
      const due = dues.get(feedId)
      if (due !== undefined) late.push(nowMs - due)
      const second = Math.floor(nowMs / 1_000)
      starts.set(second, (starts.get(second) ?? 0) + 1)
      // By now it says when the one after this is due.
      const next = (await readFeed(store, feedId))?.next_run_at
      if (next) dues.set(feedId, next.getTime())
      return { runId: feedId, outcome: 'ok', report: emptyReport, more: false }
    },
  })
  const beganMs = performance.now()
  await schedules.begin({ concurrency: CONCURRENCY })
  await schedules.reconcile()
  const sentSeconds = (performance.now() - beganMs) / 1_000
  await readDues(store, dues)
  late.length = 0
  starts.clear()
  const before = process.cpuUsage()
  await systemClock.sleep(seconds * 1_000)
  const { user, system } = process.cpuUsage(before)
  const sorted = late.toSorted((one, other) => one - other)
  const share = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0)
  const figures = [
    `${name}, ${feeds.toLocaleString('en')}, ${cron}`.replaceAll('*', '\\*'),
    ...[seconds, late.length.toLocaleString('en'), share(0.5), share(0.99), share(1)],
    ...[Math.max(...starts.values()), sentSeconds.toFixed(1)],
    `${((user + system) / seconds / 10_000).toFixed(0)} %`,
    Math.round(process.memoryUsage().rss / 2 ** 20),
  ]
  await schedules.stop()
  await store.close()
  return figures
}

/** Those that were due before, while the others were being sent, are left out. */
async function readDues(store: Store, dues: Map<string, number>): Promise<void> {
  dues.clear()
  const found = await store.db.selectFrom('feed').select(['id', 'next_run_at']).execute()
  const nowMs = Date.now()
  for (const { id, next_run_at: next } of found) {
    if (next !== null && next.getTime() > nowMs) dues.set(id, next.getTime())
  }
}

async function insertFeeds(store: Store, count: number, cron: string): Promise<void> {
  const now = new Date()
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const length = Math.min(ROWS_AT_ONCE, count - first)
    const values = Array.from({ length }, (_, index) => ({
      id: `feed-${first + index}`,
      name: `feed-${first + index}`,
      connection_id: 'none',
      input: 'system-log',
      settings: '{}',
      cron,
      timezone: 'UTC',
      missed: 'run' as const,
      paused_at: null,
      next_run_at: null,
      held: null,
      revision: 1,
      created_at: now,
      updated_at: now,
    }))
    await store.db.insertInto('feed').values(values).execute()
  }
}
