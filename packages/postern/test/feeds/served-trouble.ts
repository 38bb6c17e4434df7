/** @module `postern start`, as a process of its own, while its database has trouble: it serves, runs and writes down by itself again. */

import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@postern/core'
import { addEvents, startOrg } from '@postern/emulator'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { readServerFile, type ServerFile } from '../../src/config/server-file.ts'
import { Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { readFeed } from '../../src/store/feeds.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'
import { judge, type OrgEvent, type Verdict } from './checker.ts'
import { type DatabaseTrouble, makeTrouble, type TroubledDatabases } from './database-faults.ts'
import type { ProvenSink } from './held.ts'
import { addConnection, addFeed, endRests, eventsOf, openWorker, type SceneFeed } from './scene.ts'

/** A server that runs, and a way to its store by which nothing happens to it. */
export interface ServedStage extends TroubledDatabases {
  readonly store: Store
  readonly seal: Seal
  readonly dataDir: string
  readonly openSinks: (number: number) => Promise<readonly ProvenSink[]>
}

/** What it came to. */
export interface ServedThrough {
  readonly verdicts: readonly Verdict[]
  readonly events: number
  /** Requests that were answered well, and those that were refused while the database was away. */
  readonly answered: number
  readonly refused: number
  /** Tokens that were handed out and are in no row of the audit log. */
  readonly unwritten: number
}

const LOOK_EVERY_MS = 100
// Whoever ran the feed and could not give its lease back holds it for half a minute.
const THROUGH_WITHIN_MS = 120_000

let number = 0

/** Makes trouble under a server, and waits until it has come through. */
export async function serveThrough(
  stage: ServedStage,
  { trouble, afterMs }: { readonly trouble: DatabaseTrouble; readonly afterMs: number },
): Promise<ServedThrough> {
  const { store, seal, dataDir } = stage
  const name = `served-${++number}`
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
  const director = openWorker({ store, seal })
  try {
    await addConnection(director, running, name)
    const sinks = await stage.openSinks(number)
    const feed = await addFeed(director, { name, connection: name, sinks, cron: '* * * * *' })
    await schedule(store, feed)
    const server = await readServerFile(dataDir)
    if (server === undefined) throw new Error('No server runs.')
    const callers = Array.from({ length: 2 }, () => new Caller(server, name))
    addEvents(running.org, { count: 300 })
    const isWell = () => callers.every(({ isAnswered }) => isAnswered)
    await until(stage, feed, isWell)
    await sleep(afterMs)
    let isOver = false
    const over = makeTrouble(trouble, stage).finally(() => {
      isOver = true
    })
    // Whoever does something has a connection that can be cut.
    await until(stage, feed, () => isOver)
    await over
    addEvents(running.org, { count: 7 })
    const due = eventsOf(running)
    for (const caller of callers) caller.isAnswered = false
    await until(stage, feed, isWell)
    await until(stage, feed, async () => {
      const found = await Promise.all(sinks.map((sink) => verdictOn(sink, { feed, due, all: due })))
      return found.every(({ lost }) => lost.length === 0)
    })
    await Promise.all(callers.map((caller) => caller.stop()))
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const answered = callers.reduce((sum, caller) => sum + caller.answered, 0)
    // A hand-out is written within a second.
    let written = 0
    await until(stage, feed, async () => {
      written = await countWritten(store, name)
      return written >= answered
    })
    expect((await verifyAudit(store)).breach).toBeUndefined()
    const all = eventsOf(running)
    return {
      verdicts: await Promise.all(sinks.map((sink) => verdictOn(sink, { feed, due, all }))),
      events: due.length,
      answered,
      refused: callers.reduce((sum, caller) => sum + caller.refused, 0),
      unwritten: Math.max(0, answered - written),
    }
  } finally {
    const stop = store.db.updateTable('feed').set({ cron: null }).where('name', '=', name)
    // A database that did not come back is what the test is told of.
    await stop.execute().catch(() => undefined)
    await director.connections.close()
    await running.close()
  }
}

/** Asks for tokens, one after the other. */
class Caller {
  answered = 0
  refused = 0
  /** Set when an answer is a good one. */
  isAnswered = false
  #isStopped = false
  readonly #asking: Promise<void>

  constructor(server: ServerFile, connection: string) {
    this.#asking = this.#ask(server, connection)
    // It is told when it is stopped.
    this.#asking.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#asking
  }

  async #ask({ url, accessKey }: ServerFile, connection: string): Promise<void> {
    while (!this.#isStopped) {
      const { status } = await fetch(`${url}/v1/connections/${connection}/token`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessKey.reveal()}`,
          'content-type': 'application/json',
        },
        body: '{}',
      })
      if (status === 200) {
        this.answered++
        this.isAnswered = true
      } else {
        this.refused++
        // Nothing else is wrong with the request.
        expect(status).toBe(503)
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
}

async function schedule(store: Store, { id }: SceneFeed): Promise<void> {
  const log = openLog({ level: 'silent' })
  const jobs = new Jobs({ store, log })
  const run = () => Promise.reject(new Error('Only the server runs feeds.'))
  const feed = await readFeed(store, id)
  if (feed === undefined) throw new Error('The feed is gone.')
  await new Schedules({ store, jobs, clock: systemClock, log, run }).scheduleNext(feed)
}

/** Waits for the server. Meanwhile the minutes of its schedule pass, and nothing else. */
async function until(
  { store }: ServedStage,
  { id }: SceneFeed,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const endsMs = performance.now() + THROUGH_WITHIN_MS
  while (!(await isSo())) {
    if (performance.now() > endsMs) throw new Error('The server does not go on.')
    // A database that is away cannot be told.
    await passMinutes(store, id).catch(() => undefined)
    await sleep(LOOK_EVERY_MS)
  }
}

async function passMinutes(store: Store, id: string): Promise<void> {
  await endRests(store, id)
  await sql`update pgboss.job set start_after = now()
    where state < 'active' and start_after > now()
      and singleton_key in (${id}, ${`${id}/continuation`})`.execute(store.db)
}

async function verdictOn(
  sink: ProvenSink,
  {
    feed,
    due,
    all,
  }: {
    readonly feed: SceneFeed
    readonly due: readonly OrgEvent[]
    readonly all: readonly OrgEvent[]
  },
): Promise<Verdict> {
  const verdict = judge(all, await sink.read(feed.name, true))
  const wanted = new Set(due.map(({ uuid }) => uuid))
  return { ...verdict, lost: verdict.lost.filter((uuid) => wanted.has(uuid)) }
}

async function countWritten(store: Store, connection: string): Promise<number> {
  const rows = await store.db
    .selectFrom('audit')
    .select('details')
    .where('action', '=', 'token.hand-out')
    .where('connection', '=', connection)
    .execute()
  return rows.reduce((sum, { details }) => {
    const { count = 1 }: { readonly count?: number } = JSON.parse(details)
    return sum + count
  }, 0)
}
