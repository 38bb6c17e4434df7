/** @module One rate-limit bucket of an org in simulated time: its windows, the way there and back, other callers. */

import type { PacedAnswer } from '@postern/core'
import type { SimulatedTime } from './simulated-time.ts'

/** How a bucket behaves. */
export interface SimulatedBucketOptions {
  /** Requests a window that one caller may send. */
  readonly limit: number
  /** Requests a window of all callers together. Default: no bound. */
  readonly orgLimit?: number
  /** What other callers take of the org's bucket as soon as a window of it opens. */
  readonly takenByOthers?: (windowStartMs: number) => number
  /** The time of one request, there and back. */
  readonly latencyMs: () => number
  /** Changes the headers of an answer before they leave. */
  readonly headers?: (headers: Headers) => void
}

/** One request as the org saw it, in true time. */
export interface SeenRequest {
  readonly caller: string
  readonly sentMs: number
  readonly arrivedMs: number
  readonly answeredMs: number
  /** The end of the window of all callers that it fell into. */
  readonly windowEndMs: number
  /** What the answer said of the window's end. */
  readonly resetMs: number
  readonly refused: boolean
}

interface Window {
  readonly endMs: number
  used: number
}

const WINDOW_MS = 60_000

/**
 * A bucket as Okta counts: a window opens with the first request in it and is counted in whole seconds; `Date` is cut to
 * the second; a caller is refused when its own share or the org's whole bucket is used up.
 */
export class SimulatedBucket {
  readonly #time: SimulatedTime
  readonly #options: SimulatedBucketOptions
  readonly #windows = new Map<string, Window>()
  readonly seen: SeenRequest[] = []

  constructor(time: SimulatedTime, options: SimulatedBucketOptions) {
    this.#time = time
    this.#options = options
  }

  /** Sends a request and waits for its answer. @param principal - whose limit it counts against. */
  ask(caller: string, principal: string = caller): Promise<PacedAnswer> {
    const sentMs = this.#time.trueMs
    const latencyMs = this.#options.latencyMs()
    return new Promise((resolve) => {
      this.#time.after(latencyMs / 2, () => {
        const answer = this.#answer(caller, principal, sentMs, sentMs + latencyMs)
        this.#time.after(latencyMs / 2, () => resolve(answer))
      })
    })
  }

  #answer(caller: string, principal: string, sentMs: number, answeredMs: number): PacedAnswer {
    const { limit, orgLimit = Infinity } = this.#options
    const nowMs = this.#time.trueMs
    const own = this.#window(principal, nowMs)
    const all = this.#window('', nowMs, this.#options.takenByOthers)
    const refused = own.used >= limit || all.used >= orgLimit
    if (!refused) {
      own.used++
      all.used++
    }
    const { endMs } = refused && own.used < limit ? all : own
    const windowEndMs = all.endMs
    const at = { sentMs, arrivedMs: nowMs, answeredMs, windowEndMs, resetMs: endMs }
    this.seen.push({ caller, refused, ...at })
    const headers = new Headers({
      date: new Date(nowMs).toUTCString(),
      'x-rate-limit-limit': String(limit),
      'x-rate-limit-remaining': String(refused ? 0 : limit - own.used),
      'x-rate-limit-reset': String(endMs / 1_000),
    })
    this.#options.headers?.(headers)
    // The machine's own idea of the org's time, for answers without `Date`.
    return { status: refused ? 429 : 200, headers, orgTime: this.#time.now() }
  }

  #window(key: string, nowMs: number, taken: (startMs: number) => number = () => 0): Window {
    const open = this.#windows.get(key)
    if (open !== undefined && nowMs < open.endMs) return open
    const startMs = Math.floor(nowMs / 1_000) * 1_000
    const window = { endMs: startMs + WINDOW_MS, used: taken(startMs) }
    this.#windows.set(key, window)
    return window
  }
}
