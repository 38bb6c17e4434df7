/** @module Work that is done so much at a time. */

/** Gives so many turns at a time, in the order in which they are asked for. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** Does the work when it is its turn. @throws what it throws; the reason of `signal` where that aborts before. */
  async run<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    if (this.#free > 0) this.#free--
    else await this.#wait(signal)
    try {
      return await work()
    } finally {
      const [next] = this.#waiting
      if (next === undefined) this.#free++
      else next()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(begin)
        signal.removeEventListener('abort', leave)
      }
      const begin = () => {
        end()
        resolve()
      }
      const leave = () => {
        end()
        reject(signal.reason)
      }
      this.#waiting.add(begin)
      signal.addEventListener('abort', leave)
    })
  }
}
