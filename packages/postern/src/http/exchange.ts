/** @module One request on the wire: undici's callbacks on one side, an answer and the pieces of its body on the other. */

import type { Dispatcher } from 'undici'
import { connectionFailure, tooLargeAnswer } from './connection-failure.ts'
import { type HeaderFields, ReceivedHeaders } from './received-headers.ts'

/** The start of an answer. Its body comes as it arrives, its content encoding still on it. */
export interface RawAnswer {
  readonly status: number
  readonly headers: ReceivedHeaders
  readonly body: AsyncIterableIterator<Uint8Array>
}

// Enough to keep a connection busy while a page is being read, and no more than a page in memory.
const MAX_WAITING_BYTES = 1_048_576

/**
 * Sends one request and gives its answer as soon as the headers are there.
 *
 * Rejects with the signal's reason, or with what {@link connectionFailure} makes of the client's error. A body that does
 * not come to its end rejects its reader in the same way.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: ExchangeOptions,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) return reject(options.signal.reason)
    dispatcher.dispatch(request, new Exchange({ resolve, reject, ...options }))
  })
}

/** Options of {@link exchange}. */
export interface ExchangeOptions {
  /** Whom an error names. */
  readonly host: string
  /** The most bytes of a body, as they come over the wire. */
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
}

interface ExchangeContext extends ExchangeOptions {
  readonly resolve: (answer: RawAnswer) => void
  readonly reject: (reason: unknown) => void
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #context: ExchangeContext
  readonly #body: Body
  #controller: Dispatcher.DispatchController | undefined
  #bytes = 0
  #stopped = false

  constructor(context: ExchangeContext) {
    this.#context = context
    this.#body = new Body({
      resume: () => this.#controller?.resume(),
      stop: () => this.#stop(),
    })
    context.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped) this.#stop()
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    fields: HeaderFields,
  ): void {
    // 1xx is a word on the way to the answer.
    if (status < 200) return
    this.#context.resolve({ status, headers: new ReceivedHeaders(fields), body: this.#body })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const { host, maxBytes } = this.#context
    this.#bytes += chunk.byteLength
    if (this.#bytes > maxBytes) {
      this.#fail(tooLargeAnswer(host, maxBytes))
      this.#stop()
    } else if (this.#body.push(chunk) > MAX_WAITING_BYTES) {
      controller.pause()
    }
  }

  onResponseEnd(): void {
    this.#settled()
    // undici frees the connection in the next turn of the event loop; a next request that came sooner would open another.
    queueMicrotask(() => setImmediate(() => this.#body.end()))
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(connectionFailure(error, this.#context.host))
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#context.signal?.reason)
    this.#stop()
  }

  #fail(reason: unknown): void {
    this.#settled()
    this.#context.reject(reason)
    this.#body.fail(reason)
  }

  #stop(): void {
    this.#settled()
    // A request that still waits for its connection has no controller yet.
    this.#stopped = true
    this.#controller?.abort(new Error('The request was given up.'))
  }

  #settled(): void {
    this.#context.signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** The pieces of one body, for one reader. Reading faster than they come waits, slower holds the connection back. */
class Body implements AsyncIterableIterator<Uint8Array> {
  readonly #connection: { readonly resume: () => void; readonly stop: () => void }
  #chunks: Uint8Array[] = []
  #waitingBytes = 0
  #end: { readonly failed: boolean; readonly reason?: unknown } | undefined
  #reader: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined

  constructor(connection: { readonly resume: () => void; readonly stop: () => void }) {
    this.#connection = connection
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** How many bytes wait to be read after this chunk. */
  push(chunk: Uint8Array): number {
    if (this.#end) return 0
    const reader = this.#reader
    if (reader) {
      this.#reader = undefined
      reader.resolve({ done: false, value: chunk })
      return 0
    }
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.byteLength
    return this.#waitingBytes
  }

  end(): void {
    this.#finish({ failed: false })
  }

  fail(reason: unknown): void {
    if (this.#end) return
    // What had arrived is not worth reading: a cut answer is no answer.
    this.#chunks = []
    this.#finish({ failed: true, reason })
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.byteLength
      if (this.#waitingBytes === 0) this.#connection.resume()
      return { done: false, value: chunk }
    }
    if (this.#end?.failed) throw this.#end.reason
    if (this.#end) return { done: true, value: undefined }
    this.#reader = Promise.withResolvers()
    return this.#reader.promise
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    const ended = this.#end !== undefined
    this.#chunks = []
    this.#finish({ failed: false })
    if (!ended) this.#connection.stop()
    return { done: true, value: undefined }
  }

  #finish(end: { readonly failed: boolean; readonly reason?: unknown }): void {
    if (this.#end) return
    this.#end = end
    const reader = this.#reader
    this.#reader = undefined
    if (end.failed) reader?.reject(end.reason)
    else reader?.resolve({ done: true, value: undefined })
  }
}
