/**
 * @module What each index of the events costs a feed that writes to the sink `store`: the time of a processor, and what is written
 * to the log of the database, with all of them and without each, on an embedded store of 200,000 events.
 * `npm run sink-store -w bench [-- --write]`, three minutes.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openStore } from '../packages/postern/src/store/open.ts'
import { addEvents, type StoredEvent } from '../packages/postern/src/store/records.ts'
import { fillConsole } from './console-rows.ts'
import { report } from './report.ts'

const ROUNDS = 5
const BATCHES = 5
const BATCH_EVENTS = 1_000
const now = new Date('2026-11-30T12:00:00Z')

/** Undoes what a round did. */
class RoundOver extends Error {}

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const store = await openStore({ dataDir: folder })
let made = 0

/** The next events of an org: types, people and apps as those that are there. */
function nextBatch(): readonly StoredEvent[] {
  return Array.from({ length: BATCH_EVENTS }, () => {
    made++
    const [type, person, app] = [made % 80, (made * 7_919) % 5_000, made % 30]
    const uuid = `${String(made).padStart(8, '0')}-0000-4000-8000-${String((made * 7_919) % 1e12).padStart(12, '0')}`
    return {
      uuid,
      published: new Date(now.getTime() + made * 100),
      eventType: `kind${type % 8}.area${type % 20}.deed${type}`,
      severity: made % 20 === 0 ? 'WARN' : 'INFO',
      outcome: made % 25 === 0 ? 'FAILURE' : 'SUCCESS',
      actorId: `00u${person}`,
      actorLogin: `person${person}@acme.example`,
      clientIp: `192.0.${person % 100}.${made % 200}`,
      sessionId: `session${Math.floor(made / 5)}`,
      transactionId: `request${Math.floor(made / 2)}`,
      targetIds: [`00u${(made * 31) % 5_000}`, `0oa${app}`],
      raw: JSON.stringify({ uuid, debugContext: 'x'.repeat(1_500) }),
    }
  })
}

/** What the batches of one round take without some indexes. */
async function roundWithout(indexes: readonly string[]) {
  let taken = { cpuMs: 0, walBytes: 0 }
  try {
    await store.transaction(async () => {
      for (const index of indexes) await sql`drop index records.${sql.ref(index)}`.execute(store.db)
      const batches = Array.from({ length: BATCHES }, nextBatch)
      const place = await readPlace()
      const before = process.cpuUsage()
      for (const batch of batches) await addEvents(store, 'c0', batch)
      const { user, system } = process.cpuUsage(before)
      taken = { cpuMs: (user + system) / 1_000, walBytes: (await readPlace()) - place }
      throw new RoundOver()
    })
  } catch (error) {
    if (!(error instanceof RoundOver)) throw error
  }
  return taken
}

async function readPlace(): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`.execute(store.db)
  return Number(rows[0]?.bytes)
}

function middle(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

try {
  await fillConsole(store, { events: 200_000, auditRows: 1, connections: 1 }, now)
  const { rows: indexes } = await sql<{ name: string; bytes: number }>`
    select indexrelname as name, pg_relation_size(indexrelid)::float8 as bytes
    from pg_stat_user_indexes where schemaname = 'records' and relname = 'event'
      and indexrelname <> 'event_pk' order by 1`.execute(store.db)
  const names = indexes.map(({ name }) => name)
  const cases = [[], ...names.map((name) => [name]), names]
  const taken = cases.map((): Awaited<ReturnType<typeof roundWithout>>[] => [])
  // One round to warm up.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [at, dropped] of cases.entries()) {
      const one = await roundWithout(dropped)
      if (round >= 0) taken[at]?.push(one)
    }
    process.stderr.write(`\r${Math.max(0, round + 1)} of ${ROUNDS} rounds`)
  }
  process.stderr.write('\n')
  const events = BATCHES * BATCH_EVENTS
  const figures = taken.map((rounds) => ({
    cpuUs: (middle(rounds.map(({ cpuMs }) => cpuMs)) * 1_000) / events,
    walBytes: middle(rounds.map(({ walBytes }) => walBytes)) / events,
  }))
  const [all = { cpuUs: 0, walBytes: 0 }] = figures
  report('sink-store', 'npm run sink-store -w bench', [
    {
      columns: [
        'events are written',
        ...['processor, µs for an event', 'log, bytes for an event', 'index, MiB'],
      ],
      rows: cases.map((dropped, at) => {
        const { cpuUs, walBytes } = figures[at] ?? all
        const bytes = indexes
          .filter(({ name }) => dropped.includes(name))
          .reduce((sum, index) => sum + index.bytes, 0)
        const [name = ''] = dropped
        const title = dropped.length === names.length ? 'without any' : `without ${name}`
        return [
          dropped.length === 0 ? 'with every index' : title,
          `${cpuUs.toFixed(0)} (${(cpuUs - all.cpuUs).toFixed(0)})`,
          `${walBytes.toFixed(0)} (${(walBytes - all.walBytes).toFixed(0)})`,
          (bytes / 2 ** 20).toFixed(0),
        ]
      }),
    },
  ])
} finally {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}
