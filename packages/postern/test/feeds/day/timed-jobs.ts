/** @module Jobs on a clock of the tests. Those of pg-boss go by the clock of the database, which nobody can set. */

import type { Clock, JsonObject } from '@postern/core'
import type { Jobs } from '../../../src/jobs/jobs.ts'
import type { Handler } from '../../../src/jobs/queue-worker.ts'

const LOOK_AGAIN_MS = 86_400_000

interface Waiting {
  readonly data: JsonObject
  readonly atMs: number
}

/** A queue whose jobs are gone with their process: `reconcile` finds them missing when the next one starts. */
export class TimedJobs implements Pick<Jobs, keyof Jobs> {
  readonly #clock: Clock
  readonly #queues = new Map<string, Map<string, Waiting>>()
  readonly #active = new Map<string, Promise<void>>()
  readonly #stopped = new AbortController()
  readonly #loops: Promise<void>[] = []
  readonly #resting = new Set<AbortController>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async start(): Promise<void> {}

  async now(): Promise<Date> {
    return this.#clock.now()
  }

  async send(
    queue: string,
    data: JsonObject,
    { key, startAfter }: Parameters<Jobs['send']>[2],
  ): Promise<void> {
    const atMs = startAfter?.getTime() ?? this.#clock.now().getTime()
    this.#waitingIn(queue).set(key, { data, atMs })
    this.#wake()
  }

  async cancel(queue: string, key: string): Promise<void> {
    this.#waitingIn(queue).delete(key)
  }

  async keys(queue: string): Promise<ReadonlySet<string>> {
    const active = [...this.#active.keys()].filter((name) => name.startsWith(`${queue} `))
    return new Set([
      ...this.#waitingIn(queue).keys(),
      ...active.map((name) => name.slice(queue.length + 1)),
    ])
  }

  async work(
    queue: string,
    { concurrency }: Parameters<Jobs['work']>[1],
    handler: Handler,
  ): Promise<void> {
    this.#loops.push(this.#serve(queue, concurrency, handler))
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('The process stops.'))
    this.#wake()
    await Promise.all(this.#loops)
    await Promise.all(this.#active.values())
  }

  async #serve(queue: string, concurrency: number, handler: Handler): Promise<void> {
    const { signal } = this.#stopped
    const waiting = this.#waitingIn(queue)
    let free = concurrency
    while (!signal.aborted) {
      const nowMs = this.#clock.now().getTime()
      let nextMs = Number.POSITIVE_INFINITY
      for (const [key, { data, atMs }] of waiting) {
        const name = `${queue} ${key}`
        if (atMs > nowMs) nextMs = Math.min(nextMs, atMs)
        else if (free > 0 && !this.#active.has(name)) {
          waiting.delete(key)
          free--
          const done = handler({ data, isRetry: false, signal }).finally(() => {
            this.#active.delete(name)
            free++
            this.#wake()
          })
          this.#active.set(name, done)
        }
      }
      await this.#rest(Math.min(nextMs - nowMs, LOOK_AGAIN_MS))
    }
  }

  async #rest(waitMs: number): Promise<void> {
    if (this.#stopped.signal.aborted) return
    const enough = new AbortController()
    this.#resting.add(enough)
    await this.#clock.sleep(waitMs, { signal: enough.signal }).catch(() => undefined)
    this.#resting.delete(enough)
  }

  #wake(): void {
    for (const enough of this.#resting) enough.abort()
  }

  #waitingIn(queue: string): Map<string, Waiting> {
    const waiting = this.#queues.get(queue) ?? new Map<string, Waiting>()
    this.#queues.set(queue, waiting)
    return waiting
  }
}
