/** @module Jobs: work that is written down in the store and done by whichever process has time for it. */

import type { JsonObject } from '@postern/core'
import { sql } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { readDatabaseTime } from '../store/database-time.ts'
import type { Store } from '../store/store.ts'
import { openQueueDatabase, type QueueDatabase } from './database.ts'
import {
  explainInstallFailure,
  findQueue,
  isMadeMeanwhile,
  requireKnownVersion,
  SCHEMA,
} from './install.ts'
import { type Handler, QueueWorker } from './queue-worker.ts'

/** Options of {@link Jobs.send}. */
export interface SendOptions {
  /** One job of a key waits at a time: another one takes its place. */
  readonly key: string
  /** Default: now. */
  readonly startAfter?: Date | undefined
}

/** Options of {@link Jobs.work}. */
export interface WorkOptions {
  /** How many jobs are done at a time by this process. */
  readonly concurrency: number
  /** Whether this process can do jobs at the moment. Default: always. */
  readonly isAble?: (() => Promise<boolean>) | undefined
}

// A process that does not say so for this long is dead. pg-boss takes no less.
const HEARTBEAT_SECONDS = 10

const QUEUE = {
  policy: 'short',
  notify: true,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // As long as there are heartbeats a job may take its time; pg-boss wants an end.
  expireInSeconds: 86_000,
  retryLimit: 10,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  // Each feed has a job that waits, which is no backlog.
  warningQueueSize: 2_000_000_000,
  // Jobs that are sent for a date years ahead must not be thrown away before.
  retentionSeconds: 10 * 365 * 86_400,
} as const

// In seconds, on the clock of the database.
const NOW = 0

// Of processes that start at the same moment, all but one find the tables when they look again.
const INSTALL_ATTEMPTS = 3

/** The queues of a store. Sending joins the current transaction; work is done by a process that has started them. */
export class Jobs {
  readonly #store: Store
  readonly #log: Log
  readonly #db: QueueDatabase
  readonly #workers: QueueWorker[] = []
  #boss: Promise<PgBoss> | undefined
  #started = false

  constructor({ store, log }: { readonly store: Store; readonly log: Log }) {
    this.#store = store
    this.#log = log
    this.#db = openQueueDatabase(store)
  }

  /**
   * Makes or updates the tables of the queue and the queues, and watches over the jobs of processes that die.
   *
   * @throws {StoreError} `store_refused` where this user may not make the tables, `store_newer`
   */
  async start(queues: readonly string[]): Promise<void> {
    const boss = await this.#install(INSTALL_ATTEMPTS)
    this.#started = true
    this.#boss = Promise.resolve(boss)
    for (const queue of queues) {
      await boss.createQueue(queue, QUEUE)
      const { policy, ...changeable } = QUEUE
      await boss.updateQueue(queue, changeable)
      if (this.#store.kind === 'pglite') await giveBack(boss, queue)
    }
  }

  async #install(attempts: number): Promise<PgBoss> {
    const { boss, version } = await findQueue(this.#store, this.#db)
    requireKnownVersion(version)
    boss.on('error', (error) => this.#log.error({ err: error }, 'the job queue failed'))
    boss.on('warning', ({ message }) => this.#log.warn(`job queue: ${message}`))
    try {
      await boss.start()
      return boss
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined)
      if (attempts > 1 && isMadeMeanwhile(error)) return this.#install(attempts - 1)
      throw await explainInstallFailure(this.#store, error)
    }
  }

  /** What time it is for the queue: that of the database, whatever the clocks of its processes show. */
  async now(): Promise<Date> {
    return readDatabaseTime(this.#store)
  }

  /** Stops taking jobs, and gives those under way `withinMs` to end; what has not is given back. */
  async stop({ withinMs = 0 }: { readonly withinMs?: number } = {}): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(withinMs)))
    if (!this.#started) return
    this.#started = false
    await (await this.#boss)?.stop({ graceful: false })
  }

  /**
   * Sends a job. Within a transaction it is sent when that commits, and never if it does not. Where no process has ever started
   * the queues of this store there is nobody to send to, and nothing is sent.
   */
  async send(queue: string, data: JsonObject, { key, startAfter }: SendOptions): Promise<void> {
    const boss = await this.#open()
    if (boss === undefined) return
    const options = { singletonKey: key, startAfter: startAfter ?? NOW }
    await this.#store.transaction(async () => {
      // A second job of the key is not taken, by an index. To look for the first one takes longer the more there are.
      if ((await boss.send(queue, data, options)) === null) await boss.upsert(queue, data, options)
    })
  }

  /** Takes back the job of a key that waits. One under way goes on. */
  async cancel(queue: string, key: string): Promise<void> {
    const boss = await this.#open()
    if (boss === undefined) return
    const waiting = await boss.findJobs(queue, { key, queued: true })
    if (waiting.length > 0)
      await boss.deleteJob(
        queue,
        waiting.map(({ id }) => id),
      )
  }

  /** The keys of the jobs that wait or are under way. */
  async keys(queue: string): Promise<ReadonlySet<string>> {
    if ((await this.#open()) === undefined) return new Set()
    const { rows } = await sql<{ key: string }>`
      select singleton_key as key from ${sql.table(`${SCHEMA}.job`)}
      where name = ${queue} and state <= 'active' and singleton_key is not null`.execute(
      this.#store.db,
    )
    return new Set(rows.map(({ key }) => key))
  }

  /** Does the jobs of a queue until {@link Jobs.stop}. */
  async work(queue: string, { concurrency, isAble }: WorkOptions, handler: Handler): Promise<void> {
    const boss = await this.#open()
    if (boss === undefined) throw new Error('Jobs are done after they are started.')
    const worker = new QueueWorker({
      boss,
      queue,
      concurrency,
      isAble,
      handler,
      log: this.#log,
      heartbeatMs: (HEARTBEAT_SECONDS * 1_000) / 3,
    })
    this.#db.onJob((name) => (name === undefined || name === queue) && worker.wake())
    this.#workers.push(worker)
    worker.begin()
  }

  /** pg-boss as it sends: without being started, where the tables are there. */
  #open(): Promise<PgBoss | undefined> {
    return this.#boss ?? this.#find()
  }

  async #find(): Promise<PgBoss | undefined> {
    const { boss, version } = await findQueue(this.#store, this.#db)
    if (version === undefined) return undefined
    requireKnownVersion(version)
    this.#boss ??= Promise.resolve(boss)
    return boss
  }
}

/** Nobody but this process works on an embedded store, and it has only begun: what is under way is of one that was killed. */
async function giveBack(boss: PgBoss, queue: string): Promise<void> {
  const jobs = await boss.findJobs(queue)
  const left = jobs.filter(({ state }) => state === 'active').map(({ id }) => id)
  if (left.length > 0) await boss.fail(queue, left, { message: 'The process ended.' })
}
