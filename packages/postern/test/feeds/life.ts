/** @module The life of a process, in this one: it dies at a step, or is paused there and wakes late. What it had under way ends as if it had been killed. */

import { runFeed } from '../../src/feeds/run.ts'
import type { FinishedRun } from '../../src/feeds/run-options.ts'
import type { Store } from '../../src/store/store.ts'
import { openWorker, type SceneFeed, type WorkerOptions } from './scene.ts'
import { type Step, steppedStore, steppedTransport, withSteps } from './steps.ts'

/** How a life ends before its time. */
export interface Fate {
  readonly kind: 'dies' | 'pauses'
  readonly step: Step
  /** At its how many-th. */
  readonly nth: number
}

class Dead extends Error {
  override readonly name = 'Dead'
}

/** One run of a feed, as a process of its own would make it. */
export class Life {
  readonly #fate: Fate | undefined
  readonly #counts = new Map<Step, number>()
  #isDead = false
  #wake: () => void = () => undefined
  readonly #awake: Promise<void>
  #sleep: () => void = () => undefined
  /** Resolves when it is paused. */
  readonly paused: Promise<void>
  /** Resolves with its run, or undefined where it died or somebody else runs the feed. */
  readonly ended: Promise<FinishedRun | undefined>
  /** What no death explains. */
  failure: unknown

  constructor(options: WorkerOptions, feed: SceneFeed, fate?: Fate) {
    this.#fate = fate
    this.#awake = new Promise((resolve) => {
      this.#wake = resolve
    })
    this.paused = new Promise((resolve) => {
      this.#sleep = resolve
    })
    this.ended = this.#run(options, feed)
  }

  /** Whether it came to the step at which it dies or is paused. */
  get isMet(): boolean {
    return (
      (this.#counts.get(this.#fate?.step ?? 'before-get') ?? 0) >= (this.#fate?.nth ?? Infinity)
    )
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Lets a paused one go on. */
  wake(): void {
    this.#wake()
  }

  async #run(options: WorkerOptions, feed: SceneFeed): Promise<FinishedRun | undefined> {
    const onStep = (step: Step) => this.#at(step)
    const store: Store = steppedStore(options.store, onStep)
    const worker = openWorker({
      ...options,
      store,
      through: (transport) => steppedTransport(options.through?.(transport) ?? transport, onStep),
    })
    try {
      return await withSteps(onStep, () => runFeed(worker, feed.id, { trigger: 'request' }))
    } catch (error) {
      // Who was paused before it began finds the lease taken.
      const isLate = this.#fate?.kind === 'pauses' && isLeaseLost(error)
      if (!this.#isDead && !isLate) this.failure = error
      return undefined
    } finally {
      await worker.connections.close()
      this.#sleep()
    }
  }

  #at(step: Step): void | Promise<void> {
    if (this.#isDead) throw new Dead('It is dead.')
    const nth = (this.#counts.get(step) ?? 0) + 1
    this.#counts.set(step, nth)
    const { kind, step: last, nth: when } = this.#fate ?? {}
    if (step !== last || nth !== when) return
    if (kind === 'dies') {
      this.#isDead = true
      throw new Dead(`It died at ${step}.`)
    }
    this.#sleep()
    return this.#awake
  }
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof Error && /^The lease .* was taken/.test(error.message)
}
