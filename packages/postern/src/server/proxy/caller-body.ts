/** @module The body of a caller's request: passed on as it comes, and kept while it is small, so that it can be sent again. */

import type { IncomingMessage } from 'node:http'
import type { StreamedBody } from '../../http/stream.ts'
import { ServerError } from '../problem.ts'

/** The largest body that is kept, and so sent again where that helps. An object of an org has a few kilobytes. */
export const maxKeptBytes = 65_536
/** The largest body that is passed on, as of every other request. */
export const maxBodyBytes = 1024 * 1024

// A third of what a request may take to come; whose fault it is that it does not, the server does not ask.
const READ_AFTER_MS = 10_000
// Of all calls of the process together.
const MAX_AHEAD_BYTES = 64 * maxBodyBytes

/** A body that is read once, by as many attempts as it takes while it is kept. */
export class CallerBody {
  /** What the bodies may have that were read before their turn. */
  static #allAheadBytes = 0

  readonly #source: AsyncIterator<Uint8Array>
  readonly #bytes: number | undefined
  /** All that was read; once it is too much to keep, what the attempt that runs has not taken yet. */
  #chunks: Uint8Array[] = []
  #readBytes = 0
  #attempts = 0
  #isDone = false
  /** Its share of what is read ahead, until it is discarded. */
  #aheadBytes = 0
  #reading: Promise<void> | undefined
  readonly #untaken: NodeJS.Timeout

  /** @param bytes - absent where it is not known before its end. */
  private constructor(source: AsyncIterator<Uint8Array>, bytes: number | undefined) {
    this.#source = source
    this.#bytes = bytes
    this.#untaken = setTimeout(() => void this.#readAhead(), READ_AFTER_MS).unref()
  }

  /**
   * The body of a request; undefined where it has none.
   *
   * @throws {ServerError} `request_too_large`; `request_invalid` for GET and HEAD, whose body nobody would look for.
   */
  static of(message: IncomingMessage): CallerBody | undefined {
    const { method = '', headers } = message
    const length = headers['content-length']
    const bytes = length === undefined ? undefined : Number(length)
    if (bytes === 0 || (bytes === undefined && headers['transfer-encoding'] === undefined))
      return undefined
    if (method === 'GET' || method === 'HEAD') throw bodyOfRead(method)
    if (bytes !== undefined && bytes > maxBodyBytes) throw tooLarge()
    // Its iterator is never told to return: that would end the connection that the answer takes.
    return new CallerBody(message[Symbol.asyncIterator](), bytes)
  }

  /** Whether nothing of it was lost to an attempt before. */
  get isRepeatable(): boolean {
    return this.#readBytes <= maxKeptBytes
  }

  /** What one attempt sends. The attempt before, if any, gets nothing more. */
  attempt(): StreamedBody {
    this.#begin()
    return { chunks: this.#chunksFor(this.#attempts), bytes: this.#bytes }
  }

  #begin(): void {
    clearTimeout(this.#untaken)
    this.#attempts++
  }

  /**
   * Reads all of it while nobody takes it. What fails then fails for whoever takes it. Where too much was read ahead already, it waits
   * with its caller.
   */
  async #readAhead(): Promise<void> {
    const bytes = this.#bytes ?? maxBodyBytes
    if (CallerBody.#allAheadBytes + bytes > MAX_AHEAD_BYTES) return
    CallerBody.#allAheadBytes += bytes
    this.#aheadBytes = bytes
    try {
      while (!this.#isDone && this.#attempts === 0) await this.#read()
    } catch {
      // Whoever takes it hears of it.
    }
  }

  /** Reads what is left, so that the connection can have a next request. Has to be called, and once. */
  async discard(): Promise<void> {
    this.#begin()
    CallerBody.#allAheadBytes -= this.#aheadBytes
    try {
      while (!this.#isDone) {
        await this.#read()
        this.#chunks = []
      }
    } catch {
      // The connection is at its end, then.
    }
  }

  /** Rejects as the connection does; @throws {ServerError} `request_too_large` */
  async *#chunksFor(attempt: number): AsyncGenerator<Uint8Array> {
    let at = 0
    for (;;) {
      const chunk = this.#chunks[at]
      if (chunk !== undefined) {
        at++
        yield chunk
      } else if (this.#isDone) {
        return
      } else {
        if (!this.isRepeatable) {
          this.#chunks = []
          at = 0
        }
        await this.#read()
      }
      // A return would be the end of a body that is not whole.
      if (attempt !== this.#attempts) throw new DOMException('Given up.', 'AbortError')
    }
  }

  /** Reads one piece more. An attempt that was given up may still be at it. A failure stays: what came is no whole body. */
  #read(): Promise<void> {
    this.#reading ??= this.#readPiece().then(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readPiece(): Promise<void> {
    const { done, value } = await this.#source.next()
    if (done) {
      this.#isDone = true
      return
    }
    this.#readBytes += value.byteLength
    if (this.#readBytes > maxBodyBytes) throw tooLarge()
    this.#chunks.push(value)
  }
}

function tooLarge(): ServerError {
  return new ServerError(
    'request_too_large',
    `The body is larger than the ${maxBodyBytes} bytes that are passed on.`,
    {
      remedy: 'Split what it changes into several requests; a larger file goes to the org itself.',
      details: { maxBytes: maxBodyBytes },
    },
  )
}

function bodyOfRead(method: string): ServerError {
  return new ServerError('request_invalid', `The ${method} has a body.`, {
    remedy: 'Send it without a body, without Content-Length and Transfer-Encoding.',
  })
}
