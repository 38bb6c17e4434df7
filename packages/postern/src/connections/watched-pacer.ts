/** @module A pacer that tells how long was waited, for whoever counts it. */

import { Pacer, type PacerOptions, type Permit } from '@postern/core'

/** Options of {@link WatchedPacer}. */
export interface WatchedPacerOptions extends PacerOptions {
  readonly onWait?: ((waitMs: number) => void) | undefined
}

/** Tells each wait as it ends. */
export class WatchedPacer extends Pacer {
  readonly #onWait: ((waitMs: number) => void) | undefined

  constructor({ onWait, ...options }: WatchedPacerOptions) {
    super(options)
    this.#onWait = onWait
  }

  override async acquire(...asked: Parameters<Pacer['acquire']>): Promise<Permit> {
    const permit = await super.acquire(...asked)
    this.#onWait?.(permit.waitedMs)
    return permit
  }

  override acquireAtOnce(...asked: Parameters<Pacer['acquireAtOnce']>): Permit | undefined {
    const permit = super.acquireAtOnce(...asked)
    if (permit !== undefined) this.#onWait?.(permit.waitedMs)
    return permit
  }
}
