/** @module One piece of work that many wait for. */

/**
 * Runs `work` once for everybody who joins. Whoever aborts stops waiting; the work itself is aborted when nobody waits.
 */
export class Flight<Value> {
  readonly #controller = new AbortController()
  readonly #result: Promise<Value>
  #waiting = 0

  /** Whether nobody waits any more, so that the work was aborted. A newcomer starts a new flight. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted
  }

  constructor(work: (signal: AbortSignal) => Promise<Value>) {
    this.#result = work(this.#controller.signal)
    // Everybody who joined sees a failure; with nobody left it is nobody's, and must not end the process.
    this.#result.catch(() => undefined)
  }

  /** Waits for the result. @throws what the work throws, or the reason of `signal`. */
  join(signal?: AbortSignal): Promise<Value> {
    this.#waiting++
    if (signal === undefined) return this.#result
    return new Promise<Value>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason)
        this.#waiting--
        if (this.#waiting === 0) this.#controller.abort(signal.reason)
      }
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave, { once: true })
      this.#result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }
}
