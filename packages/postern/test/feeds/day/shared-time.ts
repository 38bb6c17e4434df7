/**
 * @module The time of a process that shares it with the one that started it: it passes while everybody waits, and the other one
 * says how far, so that what happens in the org happens between.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { VirtualTime } from '../../../../../test/virtual-time.ts'

// What is not seen here, such as the compression of a page, takes less. Where every run waits, nothing is to come.
const PATIENCE_MS = 60
const QUIET_MS = 0.5

/** Work that waits now and then, such as a run of a feed. */
interface Task {
  sleeping: number
}

/** Time that another process owns. */
export class SharedTime extends VirtualTime {
  readonly #startMs: number
  readonly #leapTo: (epochMs: number) => Promise<number>
  readonly #tasks = new Set<Task>()
  readonly #current = new AsyncLocalStorage<Task>()
  #stirs = 0

  /** @param leapTo - asks the other one to let time pass until then. Gives when it is. */
  constructor(start: Date, leapTo: (epochMs: number) => Promise<number>) {
    super(start)
    this.#startMs = start.getTime()
    this.#leapTo = leapTo
  }

  /** Does work that time waits for unless it sleeps. */
  async task<Value>(work: () => Promise<Value>): Promise<Value> {
    const task: Task = { sleeping: 0 }
    this.#tasks.add(task)
    try {
      return await this.#current.run(task, work)
    } finally {
      this.#tasks.delete(task)
      this.#stirs++
    }
  }

  override async sleep(
    waitMs: number,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    const task = this.#current.getStore()
    if (task !== undefined) task.sleeping++
    this.#stirs++
    try {
      await super.sleep(waitMs, options)
    } finally {
      if (task !== undefined) task.sleeping--
      this.#stirs++
    }
  }

  override during<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#stirs++
    return super.during(work)
  }

  protected override async settled(): Promise<void> {
    let stirs = this.#stirs
    let sinceMs = performance.now()
    do {
      await super.settled()
      if (this.isWorking) return
      if (this.#patienceMs() > QUIET_MS) await setTimeout(1)
      if (stirs === this.#stirs) continue
      stirs = this.#stirs
      sinceMs = performance.now()
    } while (performance.now() - sinceMs < this.#patienceMs())
  }

  protected override async reach(untilMs: number): Promise<number> {
    // Whole milliseconds: the epoch leaves no room for small parts of one.
    return (await this.#leapTo(Math.ceil(this.#startMs + untilMs))) - this.#startMs
  }

  #patienceMs(): number {
    for (const { sleeping } of this.#tasks) if (sleeping === 0) return PATIENCE_MS
    return QUIET_MS
  }
}

/** Lets time stand still during each statement of a PostgreSQL client. Once for a process. */
export function holdDuringStatements(time: VirtualTime): void {
  const { query } = pg.Client.prototype
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...args: readonly unknown[]): unknown {
      const onAnswer = args.at(-1)
      if (typeof onAnswer !== 'function') {
        const answer: unknown = Reflect.apply(query, this, args)
        if (answer instanceof Promise) time.during(() => answer).catch(() => undefined)
        return answer
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      void time.during(() => promise)
      const told = (...answer: readonly unknown[]): void => {
        resolve()
        onAnswer(...answer)
      }
      return Reflect.apply(query, this, [...args.slice(0, -1), told])
    },
  })
}
