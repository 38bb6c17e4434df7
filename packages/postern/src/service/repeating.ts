/** @module Work that is done again and again while Postern runs. */

import type { Clock } from '@postern/core'
import type { Log } from '../log.ts'

/** Something to do now and then. */
export interface Repeated {
  /** What the log calls it. */
  readonly name: string
  /** Between the end of one time and the beginning of the next. */
  readonly everyMs: number
  /** What it rejects with is logged, and the next time comes all the same. */
  readonly work: (signal: AbortSignal) => Promise<void>
}

// What is under way when everything stops gets this long to come to its end.
const STOP_WITHIN_MS = 5_000

/** Does things again and again, each by itself and never twice at a time, until it is stopped. */
export class Repeating {
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopped = new AbortController()
  readonly #underWay: Promise<void>[] = []

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Begins; the first time is a whole `everyMs` from now. */
  begin(repeated: Repeated): void {
    this.#underWay.push(this.#repeat(repeated))
  }

  /** Ends the waiting at once, and waits for what is under way, a few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    const ended = new AbortController()
    const done = Promise.all(this.#underWay).then(() => ended.abort())
    const { signal } = ended
    await Promise.race([done, this.#clock.sleep(STOP_WITHIN_MS, { signal }).catch(() => undefined)])
  }

  async #repeat({ name, everyMs, work }: Repeated): Promise<void> {
    const { signal } = this.#stopped
    for (;;) {
      try {
        await this.#clock.sleep(everyMs, { signal })
        await work(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#log.error({ err: error, name }, 'failed, and is tried again')
      }
    }
  }
}
