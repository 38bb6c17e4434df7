/** @module Requests whose bodies stay streams in both directions, as they are on the wire: nothing is decoded, and nothing kept. */

import type { Writable } from 'node:stream'
import { type AuthorizedRequest, type OpenAnswer, UpstreamError } from '@postern/core'
import type { Dispatcher } from 'undici'
import { AddressGuard } from './address-guard.ts'
import { openAgent } from './agent.ts'
import { type ClientOptions, defaultLimits } from './client.ts'
import { connectionFailure } from './connection-failure.ts'
import { OutboundError } from './outbound-error.ts'
import { type HeaderFields, ReceivedHeaders } from './received-headers.ts'
import type { Stop } from './stop.ts'
import { type End, Taker } from './taker.ts'
import { refusedAddress } from './transport.ts'

/** The body of a request that is streamed. */
export interface StreamedBody {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Absent where it is not known before its end. */
  readonly bytes?: number | undefined
}

/** One request. */
export interface StreamRequest extends AuthorizedRequest {
  readonly body?: StreamedBody | undefined
  readonly stop?: Stop | undefined
}

/** An answer whose body goes straight on. */
export interface StreamedAnswer extends OpenAnswer {
  readonly headers: ReceivedHeaders
  /**
   * Moves the body to its end into what takes it, and ends that: until it has taken everything, or at once where it has.
   * Reads no faster than it takes.
   *
   * Rejects where the body breaks off, where what takes it is closed, or where it takes nothing for `stallMs`; it is not ended
   * then, so that a broken body never looks like a whole one.
   */
  pipeTo(destination: Writable, options: { readonly stallMs: number }): Promise<void> | undefined
}

/** Sends a request, and gives its answer as soon as the headers are there. */
export type Stream = (request: StreamRequest) => Promise<StreamedAnswer>

/** Options of {@link openStream}. */
export interface StreamOptions extends Omit<ClientOptions, 'maxBodyBytes'> {
  /** Told of each request that is sent. @returns what is told the status of its answer, or undefined where none came. */
  readonly onSend?: (() => (status: number | undefined) => void) | undefined
}

// More than one access key may have under way: those who read slowly leave others a way to the org.
const MAX_CONNECTIONS = 1_024

// Longer than one takes that fails, whose own error tells more.
const CONNECTION_WAIT_MS = 15_000

// What has arrived by the time somebody takes the body: the usual answer whole.
const MAX_WAITING_BYTES = 65_536
const MAX_TEXT_BYTES = 16_384

/**
 * Opens a client for streams, with the guard and the limits of {@link openClient} but that of a whole body, and with
 * connections of its own: slow readers do not keep them from anybody else.
 *
 * Rejects as that does, but with `upstream_address_refused` for what the guard refuses, and with `upstream_unavailable` where
 * no connection becomes free: nothing was sent then.
 *
 * @throws {OutboundError} `outbound_network_malformed`
 */
export function openStream(options: StreamOptions): Stream {
  const guard = new AddressGuard(options)
  const limits = { ...defaultLimits, maxConnections: MAX_CONNECTIONS, ...options }
  const agent = openAgent({ guard, limits, extraCa: options.extraCa })
  return ({ method, url, headers, body, stop }) => {
    // Absolute, as core makes them: to parse it once more would tell nothing new.
    const end = url.indexOf('/', url.indexOf('//') + 2)
    const origin = url.slice(0, end)
    const host = origin.slice(origin.indexOf('//') + 2)
    const length = body?.bytes === undefined ? {} : { 'content-length': String(body.bytes) }
    const sent = {
      ...{ origin, path: url.slice(end), method, headers: { ...headers, ...length } },
      body: body === undefined ? null : (body.chunks as AsyncIterable<Buffer>),
    }
    return new Promise((resolve, reject) => {
      if (stop?.reason !== undefined) return reject(stop.reason)
      const onHead = options.onSend?.()
      // The types know of iterables that are synchronous; the client takes both.
      const streaming = new Streaming({ resolve, reject, host, stop, onHead })
      agent.dispatch(sent as Dispatcher.DispatchOptions, streaming)
      streaming.awaitConnection()
    })
  }
}

interface StreamingContext {
  readonly resolve: (answer: StreamedAnswer) => void
  readonly reject: (reason: unknown) => void
  /** Whom an error names. */
  readonly host: string
  readonly stop: Stop | undefined
  readonly onHead: ((status: number | undefined) => void) | undefined
}

const noHeaders = new ReceivedHeaders({})

/** One request on its way, and its answer. */
class Streaming implements Dispatcher.DispatchHandler, StreamedAnswer {
  readonly #context: StreamingContext
  #controller: Dispatcher.DispatchController | undefined
  #chunks: Buffer[] = []
  #waitingBytes = 0
  #end: End | undefined
  #taker: Taker | undefined
  #isDropped = false
  /** Told when a piece came, or the end. */
  #onMore: (() => void) | undefined
  #waiting: NodeJS.Timeout | undefined
  status = 0
  headers = noHeaders

  constructor(context: StreamingContext) {
    this.#context = context
    context.stop?.listen(this.#onStop)
  }

  /** Gives it up where it gets no connection for long. One that is free takes it at once. */
  awaitConnection(): void {
    if (this.#controller !== undefined || this.#end !== undefined) return
    this.#waiting = setTimeout(() => {
      this.#finish({ isWhole: false, reason: noConnection(this.#context.host) })
    }, CONNECTION_WAIT_MS)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    clearTimeout(this.#waiting)
    if (this.#end !== undefined) this.#stop()
  }

  onResponseStart(_controller: unknown, status: number, fields: HeaderFields): void {
    // 1xx is a word on the way to the answer.
    if (status < 200) return
    this.status = status
    this.headers = new ReceivedHeaders(fields)
    this.#context.onHead?.(status)
    this.#context.resolve(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#taker !== undefined) {
      if (!this.#taker.write(chunk)) controller.pause()
      return
    }
    this.#waitingBytes += chunk.byteLength
    if (this.#isDropped) {
      // What nobody reads is let through while that costs less than a new connection.
      if (this.#waitingBytes > MAX_WAITING_BYTES) this.#stop()
      return
    }
    this.#chunks.push(chunk)
    if (this.#waitingBytes >= MAX_WAITING_BYTES) controller.pause()
    this.#onMore?.()
  }

  onResponseEnd(): void {
    this.#finish({ isWhole: true })
  }

  onResponseError(_controller: unknown, error: Error): void {
    const reason = connectionFailure(error, this.#context.host)
    this.#finish({
      isWhole: false,
      reason: reason instanceof OutboundError ? refusedAddress(reason) : reason,
    })
  }

  async peek(maxBytes: number): Promise<Uint8Array> {
    while (this.#waitingBytes < Math.min(maxBytes, MAX_WAITING_BYTES) && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#onMore = resolve
      })
    }
    this.#onMore = undefined
    if (this.#end?.isWhole === false) throw this.#end.reason
    return Buffer.concat(this.#chunks).subarray(0, maxBytes)
  }

  drop(): void {
    this.#isDropped = true
    this.#chunks = []
    this.#waitingBytes = 0
    this.#controller?.resume()
  }

  pipeTo(
    destination: Writable,
    { stallMs }: { readonly stallMs: number },
  ): Promise<void> | undefined {
    if (this.#end?.isWhole && this.#waitingBytes <= MAX_TEXT_BYTES && !destination.destroyed) {
      // As a text of one character a byte, what is short goes out with the head of the answer, in one piece.
      destination.end(this.#chunks.map((chunk) => chunk.toString('latin1')).join(''), 'latin1')
      this.#chunks = []
      if (destination.writableLength === 0) return undefined
    }
    return this.#move(destination, stallMs)
  }

  #move(destination: Writable, stallMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const taker = new Taker(destination, {
        ...{ stallMs, resolve, reject },
        resume: () => this.#controller?.resume(),
        stop: () => this.#stop(),
      })
      const chunks = this.#chunks
      this.#chunks = []
      this.#taker = taker
      let isFree = true
      for (const chunk of chunks) isFree = taker.write(chunk)
      if (this.#end !== undefined) taker.end(this.#end)
      else if (isFree) this.#controller?.resume()
    })
  }

  readonly #onStop = (): void => {
    this.#finish({ isWhole: false, reason: this.#context.stop?.reason })
    this.#stop()
  }

  #finish(end: End): void {
    if (this.#end !== undefined) return
    this.#end = end
    const { stop, onHead, reject } = this.#context
    stop?.listen(undefined)
    clearTimeout(this.#waiting)
    if (this.status === 0) onHead?.(undefined)
    // Without a meaning once there was an answer.
    if (!end.isWhole) reject(end.reason)
    this.#onMore?.()
    this.#taker?.end(end)
  }

  #stop(): void {
    // A request that still waits for its connection has no controller yet.
    this.#controller?.abort(new Error('The request was given up.'))
  }
}

function noConnection(host: string): UpstreamError {
  return new UpstreamError(
    'upstream_unavailable',
    `No connection to ${host} became free within ${CONNECTION_WAIT_MS / 1_000} s.`,
    {
      remedy: 'Send it again later: as many calls as there may be connections are under way.',
      details: { outcome: 'unsent' },
    },
  )
}
