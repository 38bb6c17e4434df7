/**
 * @module The time of a process that shares it with the one that started it: it passes while everybody waits, and the other one
 * says how far, so that what happens in the org happens between.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'
import { VirtualTime } from '../../../../../test/virtual-time.ts'

// What is not seen here takes less. Where every run waits, nothing is to come.
const PATIENCE_MS = 60
const QUIET_MS = 0.5

/** Work that waits now and then, such as a run of a feed. */
interface Task {
  sleeping: number
  /** Whether nothing came of it for as long as patience lasts: it waits for somebody else who sleeps. */
  isStill: boolean
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
    const task: Task = { sleeping: 0, isStill: false }
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
    this.#stir()
    try {
      await super.sleep(waitMs, options)
    } finally {
      if (task !== undefined) task.sleeping--
      this.#stir()
    }
  }

  override during<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#stir()
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
    for (const task of this.#tasks) task.isStill = true
  }

  protected override async reach(untilMs: number): Promise<number> {
    // Whole milliseconds: the epoch leaves no room for small parts of one.
    return (await this.#leapTo(Math.ceil(this.#startMs + untilMs))) - this.#startMs
  }

  #stir(): void {
    const task = this.#current.getStore()
    if (task !== undefined) task.isStill = false
    this.#stirs++
  }

  #patienceMs(): number {
    for (const { sleeping, isStill } of this.#tasks) {
      if (sleeping === 0 && !isStill) return PATIENCE_MS
    }
    return QUIET_MS
  }
}
