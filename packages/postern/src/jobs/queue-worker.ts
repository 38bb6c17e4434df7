/** @module Takes jobs from a queue and does several at a time. */

import { type JsonObject, systemClock } from '@postern/core'
import type { Job as BossJob, PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'

/** A job, as whoever does it sees it. */
export interface Job {
  readonly data: JsonObject
  /** Whether it was begun before, by a process that died or a handler that failed. */
  readonly isRetry: boolean
  /** Aborts when this process stops, or has lost the job to another one. */
  readonly signal: AbortSignal
}

/** Does a job. What it rejects with is logged, and the job is tried again some time later. */
export type Handler = (job: Job) => Promise<void>

/** What a {@link QueueWorker} works with. */
export interface QueueWorkerOptions {
  readonly boss: PgBoss
  readonly queue: string
  readonly concurrency: number
  /** Whether jobs can be done here at the moment; those that cannot are left to other processes. Default: always. */
  readonly isAble?: (() => Promise<boolean>) | undefined
  readonly handler: Handler
  readonly log: Log
  readonly heartbeatMs: number
}

interface ActiveJob {
  readonly abort: AbortController
  readonly done: Promise<void>
}

// Nothing says so when the time of a job has come.
const LOOK_EVERY_MS = 500

// So that jobs which end one after the other are not replaced one by one, each with a question to the database.
const GATHER_MS = 25

// Those that are done leave the queue together. Who dies meanwhile leaves jobs that are done once more.
const LEAVE_MS = 100

const AFTER_FAILURE_MS = 2_000

/**
 * Does the jobs of a queue. Unlike pg-boss's own workers it has one question at a time under way, however many jobs it does,
 * and a job that takes long holds up none.
 */
export class QueueWorker {
  readonly #options: QueueWorkerOptions
  readonly #active = new Map<string, ActiveJob>()
  readonly #stopped = new AbortController()
  #woken = Promise.withResolvers<void>()
  #freed = Promise.withResolvers<void>()
  #loops: readonly Promise<void>[] = []
  /** Those that are done, and have not left the queue. */
  #ended: string[] = []
  #leaving: Promise<void> | undefined

  constructor(options: QueueWorkerOptions) {
    this.#options = options
  }

  /** Begins to take jobs. */
  begin(): void {
    this.#loops = [this.#take(), this.#beat()]
  }

  /** A job may have come. */
  wake(): void {
    this.#woken.resolve()
  }

  /** Takes no more jobs, and tells those under way to end. What has not within `withinMs` is given back. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped.abort(new Error('The process stops.'))
    for (const { abort } of this.#active.values()) abort.abort(this.#stopped.signal.reason)
    await Promise.all(this.#loops)
    const ended = new AbortController()
    const all = Promise.all([...this.#active.values()].map(({ done }) => done))
    await Promise.race([
      all.then(() => ended.abort()),
      systemClock.sleep(withinMs, { signal: ended.signal }).catch(() => undefined),
    ])
    await this.#leaving
    const { boss, queue, log } = this.#options
    const left = [...this.#active.keys()]
    this.#active.clear()
    if (left.length > 0) {
      await boss
        .fail(queue, left, { message: 'The process stopped.' })
        .catch((error) => log.warn({ err: error, queue }, 'jobs could not be given back'))
    }
  }

  async #take(): Promise<void> {
    const { boss, queue, concurrency, log, isAble = always } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const free = concurrency - this.#active.size
      try {
        this.#woken = Promise.withResolvers()
        this.#freed = Promise.withResolvers()
        const jobs =
          free > 0 && (await isAble())
            ? await boss.fetch<JsonObject>(queue, { batchSize: free, includeMetadata: true })
            : []
        for (const job of jobs) this.#begin(job, job.retryCount > 0)
        if (jobs.length < free) await this.#rest(LOOK_EVERY_MS, this.#woken.promise)
        else await this.#rest(LOOK_EVERY_MS, this.#freed.promise, GATHER_MS)
      } catch (error) {
        if (signal.aborted) return
        log.error({ err: error, queue }, 'no jobs could be taken, which is tried again')
        await this.#rest(AFTER_FAILURE_MS)
      }
    }
  }

  #begin(job: BossJob<JsonObject>, isRetry: boolean): void {
    const abort = new AbortController()
    if (this.#stopped.signal.aborted) abort.abort(this.#stopped.signal.reason)
    const done = this.#do(job, isRetry, abort.signal).finally(() => {
      this.#freed.resolve()
    })
    this.#active.set(job.id, { abort, done })
  }

  async #do({ id, data }: BossJob<JsonObject>, isRetry: boolean, signal: AbortSignal) {
    const { boss, queue, handler, log } = this.#options
    try {
      await handler({ data, isRetry, signal })
      if (this.#active.delete(id)) this.#end(id)
    } catch (error) {
      log.error({ err: error, queue }, 'a job failed, and is tried again')
      if (!this.#active.delete(id)) return
      // Where not even that is possible, the missing heartbeats give it back.
      await boss
        .fail(queue, id)
        .catch((failure) => log.warn({ err: failure, queue }, 'a job could not be given back'))
    }
  }

  #end(id: string): void {
    this.#ended.push(id)
    this.#leaving ??= this.#leave()
  }

  async #leave(): Promise<void> {
    const { boss, queue, log } = this.#options
    while (this.#ended.length > 0) {
      await this.#rest(LEAVE_MS)
      // Where that is not possible, the missing heartbeats give them back.
      await boss
        .deleteJob(queue, this.#ended.splice(0))
        .catch((error) => log.error({ err: error, queue }, 'jobs that are done stay in the queue'))
    }
    this.#leaving = undefined
  }

  /** Says again and again that the jobs are being done, and learns which are not this process's any more. */
  async #beat(): Promise<void> {
    const { boss, queue, heartbeatMs, log } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#rest(heartbeatMs)
      const ids = [...this.#active.keys()]
      if (ids.length === 0) continue
      try {
        if (!(await areOurs(boss, queue, ids))) await this.#dropLost(ids)
      } catch (error) {
        log.warn({ err: error, queue }, 'the heartbeat of jobs failed')
      }
    }
  }

  async #dropLost(ids: readonly string[]): Promise<void> {
    const { boss, queue } = this.#options
    for (const id of ids) {
      if (await areOurs(boss, queue, [id])) continue
      const lost = this.#active.get(id)
      this.#active.delete(id)
      lost?.abort.abort(new Error('Another process took the job over.'))
    }
  }

  /** Waits for a time at most, less once `sooner` resolves. */
  async #rest(waitMs: number, sooner?: Promise<void>, gatherMs = 0): Promise<void> {
    const enough = new AbortController()
    const signal = AbortSignal.any([enough.signal, this.#stopped.signal])
    const end = () => enough.abort()
    if (sooner !== undefined) void sooner.then(end)
    await systemClock.sleep(waitMs, { signal }).catch(() => undefined)
    if (gatherMs > 0) {
      await systemClock.sleep(gatherMs, { signal: this.#stopped.signal }).catch(() => undefined)
    }
  }
}

async function always(): Promise<boolean> {
  return true
}

/** Says that jobs are being done. False where one of them was taken away, or given to another process. */
async function areOurs(boss: PgBoss, queue: string, ids: readonly string[]): Promise<boolean> {
  // Told by pg-boss, but not by its types.
  const answer: object = await boss.touch(queue, [...ids])
  return 'affected' in answer && answer.affected === ids.length
}
