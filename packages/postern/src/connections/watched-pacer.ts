/** @module A pacer that tells how long was waited, for whoever counts it, and remembers how its budgets were used. */

import { type PacedAnswer, Pacer, type PacerOptions, type Permit } from '@postern/core'
import { RateHistory } from './rate-history.ts'

/** Options of {@link WatchedPacer}. */
export interface WatchedPacerOptions extends PacerOptions {
  readonly onWait?: ((waitMs: number) => void) | undefined
  /** What time it is. */
  readonly now: () => Date
}

/** Tells each wait as it ends. */
export class WatchedPacer extends Pacer {
  readonly history: RateHistory
  readonly #onWait: ((waitMs: number) => void) | undefined

  constructor({ onWait, now, ...options }: WatchedPacerOptions) {
    super(options)
    this.#onWait = onWait
    this.history = new RateHistory(now)
  }

  override async acquire(...asked: Parameters<Pacer['acquire']>): Promise<Permit> {
    const permit = await super.acquire(...asked)
    return this.#noting(asked[0], permit)
  }

  override acquireAtOnce(...asked: Parameters<Pacer['acquireAtOnce']>): Permit | undefined {
    const permit = super.acquireAtOnce(...asked)
    return permit && this.#noting(asked[0], permit)
  }

  #noting(bucket: string, { waitedMs, release }: Permit): Permit {
    this.#onWait?.(waitedMs)
    return {
      waitedMs,
      release: (answer?: PacedAnswer) => {
        release(answer)
        this.history.note(bucket, this.view(bucket))
      },
    }
  }
}
