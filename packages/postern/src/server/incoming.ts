/** @module A request as the server reads it: Fetch's own, or Node's, whose headers need no copy to be read. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** What of a request is read. Fetch's `Request` is one. */
export interface Incoming {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly body: AsyncIterable<Uint8Array> | null
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal
  text(): Promise<string>
}

/** What is answered, where it is no stream. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null where there is none. */
  readonly body: string | null
}

/** An answer that went out over the connection itself: nothing of it is left to send. */
export class SentAnswer {
  readonly status: number

  constructor(status: number) {
    this.status = status
  }
}

/** What a request is answered with. */
export type Answered = Answer | Response | SentAnswer

/** The same as Fetch's `Response`. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}

/**
 * Node's own request. To make Fetch's `Request` and `Headers` of it takes longer than all the rest of answering with what is
 * in memory.
 */
export class NodeIncoming implements Incoming {
  readonly headers: Incoming['headers']
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly #origins: Iterable<string>
  #gone: AbortController | undefined

  /** @param origins - those of the server; where two have one host, the last counts. */
  constructor(message: IncomingMessage, response: ServerResponse, origins: Iterable<string>) {
    this.message = message
    this.response = response
    this.#origins = origins
    this.headers = new NodeHeaders(message)
  }

  get method(): string {
    return this.message.method ?? ''
  }

  get url(): string {
    const { url, headers } = this.message
    return `http://${headers.host ?? ''}${url}`
  }

  /** The origin of the server as the caller knows it; empty where the host is no name of it. */
  get origin(): string {
    const end = `//${this.message.headers.host?.toLowerCase()}`
    return [...this.#origins].findLast((origin) => origin.endsWith(end)) ?? ''
  }

  /** Whether those before it on its connection are answered. */
  get isNext(): boolean {
    return this.response.socket !== null
  }

  /**
   * Waits until those before it on its connection are answered: whoever sends requests without waiting may count on their
   * order. Rejects where the connection ends first.
   */
  async turn(): Promise<void> {
    const { message, response } = this
    if (this.isNext) return
    await new Promise<void>((resolve, reject) => {
      const onClose = () => reject(new DOMException('The caller is gone.', 'AbortError'))
      message.once('close', onClose)
      response.once('socket', () => {
        message.off('close', onClose)
        resolve()
      })
    })
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.message
  }

  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      const gone = new AbortController()
      this.#gone = gone
      this.response.once('close', () => {
        if (!this.response.writableFinished) gone.abort()
      })
    }
    return this.#gone.signal
  }

  async text(): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.message) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  }
}

class NodeHeaders implements Pick<Headers, 'get' | 'has'> {
  readonly #message: IncomingMessage

  constructor(message: IncomingMessage) {
    this.#message = message
  }

  get(name: string): string | null {
    return textOf(this.#message.headers[name])
  }

  has(name: string): boolean {
    return this.#message.headers[name] !== undefined
  }
}

function textOf(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}
