/** @module Time that passes only while everybody waits for it: delays cost nothing, and those of parallel requests overlap. */

import { type Clock, fetchTransport, type Transport } from '@postern/core'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

/** A clock whose time stands still while real work is under way, and jumps to the end of the shortest wait otherwise. */
export class VirtualTime implements Clock {
  readonly #startMs: number
  #elapsedMs = 0
  #underWay = 0
  #isLooking = false
  readonly #sleepers = new Set<Sleeper>()

  constructor(start: Date = new Date()) {
    this.#startMs = start.getTime()
  }

  now(): Date {
    return new Date(this.#startMs + this.#elapsedMs)
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  sleep(waitMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    return new Promise((resolve, reject) => {
      const signal = options?.signal
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#sleepers.delete(sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const sleeper = { untilMs: this.#elapsedMs + waitMs, wake }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#sleepers.add(sleeper)
      this.#look()
    })
  }

  /** A transport whose answers arrive this much later than the org gave them. */
  delay(latencyMs: number, transport: Transport = fetchTransport): Transport {
    return async (request) => {
      const { status, headers, body, broken } = await this.during(async () => {
        const answer = await transport(request)
        const chunks: Uint8Array[] = []
        try {
          for await (const chunk of answer.body ?? []) chunks.push(chunk)
        } catch (error) {
          return { ...answer, body: chunks, broken: { error } }
        }
        return { ...answer, body: chunks, broken: undefined }
      })
      await this.sleep(latencyMs, { signal: request.signal })
      return { status, headers, body: pieces(body, broken) }
    }
  }

  /** Does work while which time stands still. */
  async during<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
      this.#look()
    }
  }

  /** Whether work is under way that this clock was told of. */
  protected get isWorking(): boolean {
    return this.#underWay > 0
  }

  /** Resolves once what follows from an answer has begun: twice, since it may have begun work that is not seen here yet. */
  protected settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  }

  /** How far time leaps that would leap so far, on the monotonic clock. */
  protected async reach(untilMs: number): Promise<number> {
    return untilMs
  }

  #look(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    void this.#leap()
  }

  /** Wakes whoever waits the least, once nobody does anything else. */
  async #leap(): Promise<void> {
    await this.settled()
    const first = this.#underWay > 0 ? undefined : this.#first()
    if (first !== undefined) {
      this.#elapsedMs = Math.max(this.#elapsedMs, await this.reach(first.untilMs))
    }
    this.#isLooking = false
    if (first === undefined) return
    const next = this.#first()
    if (next !== undefined && next.untilMs <= this.#elapsedMs) {
      this.#sleepers.delete(next)
      next.wake()
    }
    this.#look()
  }

  #first(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.untilMs < first.untilMs) first = sleeper
    }
    return first
  }
}

/** @param broken - how the body ended, where it did not end well. */
async function* pieces(
  chunks: readonly Uint8Array[],
  broken: { readonly error: unknown } | undefined,
): AsyncGenerator<Uint8Array> {
  yield* chunks
  if (broken !== undefined) throw broken.error
}
