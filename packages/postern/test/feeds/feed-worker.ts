/** @module A worker of this process that runs the feeds of a database when they are due, and that nobody helps. */

import { Secret, systemClock } from '@postern/core'
import { sql } from 'kysely'
import type { FinishedRun, RunFeedOptions } from '../../src/feeds/run-options.ts'
import { Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { endLeases, endRests } from './scene.ts'

type Run = (options: RunFeedOptions) => Promise<FinishedRun | undefined>

// A job that nobody begins for as long was taken by a question whose answer got lost.
const SILENT_AFTER_MS = 2_000

/** Runs what is due. */
export class FeedWorker {
  readonly store: Store
  readonly #schedules: Schedules
  readonly #runs = new Map<string, Run>()
  #underWay = 0
  #idleSinceMs = 0

  private constructor(store: Store) {
    this.store = store
    const log = openLog({ level: 'silent' })
    this.#schedules = new Schedules({
      store,
      jobs: new Jobs({ store, log }),
      clock: systemClock,
      log,
      run: (feedId, options) => this.#run(feedId, options),
    })
  }

  /** Opens a store by its URL, and begins. */
  static async begin(database: string): Promise<FeedWorker> {
    const worker = new FeedWorker(await openPostgres(new Secret(database)))
    await worker.#schedules.begin({ concurrency: 2 })
    return worker
  }

  /** How a feed is run from now on; undefined: not any more. */
  set(feedId: string, run: Run | undefined): void {
    if (run === undefined) this.#runs.delete(feedId)
    else this.#runs.set(feedId, run)
  }

  /** Whether a run is under way. */
  get isBusy(): boolean {
    return this.#underWay > 0
  }

  /**
   * Lets the time of a feed pass by another way to its store, while nothing of it is under way: what waits is due, who died
   * holds nothing, and a job without a sign of life is given back.
   */
  async passTime(store: Store, feedId: string): Promise<void> {
    if (this.isBusy) return
    await endLeases(store)
    await endRests(store, feedId)
    await sql`update pgboss.job set start_after = now()
      where state < 'active' and start_after > now()
        and singleton_key in (${feedId}, ${`${feedId}/continuation`})`.execute(store.db)
    if (performance.now() - this.#idleSinceMs < SILENT_AFTER_MS || this.isBusy) return
    await sql`update pgboss.job set heartbeat_on = now() - interval '1 minute'
      where state = 'active'`.execute(store.db)
  }

  async end(): Promise<void> {
    await this.#schedules.stop()
    await this.store.close()
  }

  async #run(feedId: string, options: RunFeedOptions): Promise<FinishedRun | undefined> {
    this.#underWay++
    try {
      return await this.#runs.get(feedId)?.(options)
    } finally {
      this.#underWay--
      this.#idleSinceMs = performance.now()
    }
  }
}
