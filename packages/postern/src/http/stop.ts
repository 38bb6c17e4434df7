/** @module The end of a call before its end, told to one who listens: what an AbortSignal is for, at a fiftieth of its price. */

/** Stops one call. */
export class Stop {
  #reason: unknown
  #onStop: (() => void) | undefined
  #controller: AbortController | undefined

  /** Why it was stopped; undefined while it was not. */
  get reason(): unknown {
    return this.#reason
  }

  /** The first reason counts. */
  stop(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#onStop?.()
  }

  /** Who is told, in the place of whoever was. */
  listen(onStop: (() => void) | undefined): void {
    this.#onStop = onStop
  }

  /** The same for those who know signals alone; most calls wait for none of them. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}
