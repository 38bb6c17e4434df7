/** @module Remembers every exchange of a diagnosis: how long it took, what its headers said, how its body began. */

import type { Clock } from '../clock.ts'
import type { AnswerHeaders, Transport, TransportResponse } from '../transport.ts'

/** One request and what came back. */
export interface Exchange {
  readonly method: string
  readonly origin: string
  /** Without query. */
  readonly path: string
  /** Absent where no answer came. */
  readonly status?: number
  readonly headers?: AnswerHeaders
  /** When the headers came, on this machine's clock. */
  readonly answeredAt?: Date
  /** From the request to the last byte read. */
  readonly tookMs: number
  /** Whether the body began with a byte order mark, which JSON must not (RFC 8259, section 8.1). */
  readonly startsWithMark: boolean
}

/** Whether the answer asks for a nonce in the next proof. @see RFC 9449, section 9 */
export function asksForNonce({ path, headers }: Exchange): boolean {
  const challenge = headers?.get('www-authenticate') ?? ''
  return path.startsWith('/api/') && challenge.includes('error="use_dpop_nonce"')
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** The exchanges that went through {@link Exchanges.transport}. */
export class Exchanges {
  readonly #all: Exchange[] = []
  /** Sends through the transport it was made with. */
  readonly transport: Transport
  readonly #clock: Clock

  constructor(transport: Transport, clock: Clock) {
    this.#clock = clock
    this.transport = (request) => {
      const { origin, pathname: path } = new URL(request.url)
      return this.#watch({ method: request.method, origin, path }, () => transport(request))
    }
  }

  /** In the order they were begun. */
  get all(): readonly Exchange[] {
    return this.#all
  }

  /** The last exchange with this path, if there was one. */
  last(path: string): Exchange | undefined {
    return this.#all.findLast((exchange) => exchange.path === path)
  }

  async #watch(
    request: Pick<Exchange, 'method' | 'origin' | 'path'>,
    send: () => Promise<TransportResponse>,
  ): Promise<TransportResponse> {
    const startedMs = this.#clock.monotonicMs()
    const index = this.#all.length
    const note = (seen: Partial<Exchange>) => {
      const known = this.#all[index] ?? { ...request, tookMs: 0, startsWithMark: false }
      this.#all[index] = { ...known, ...seen, tookMs: this.#clock.monotonicMs() - startedMs }
    }
    note({})
    try {
      const response = await send()
      const { status, headers, body } = response
      note({ status, headers, answeredAt: this.#clock.now() })
      return body === null ? response : { ...response, body: watchBody(body, note) }
    } catch (error) {
      note({})
      throw error
    }
  }
}

async function* watchBody(
  body: AsyncIterable<Uint8Array>,
  note: (seen: Partial<Exchange>) => void,
): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const chunk of body) {
    if (isFirst) note({ startsWithMark: BYTE_ORDER_MARK.every((byte, at) => chunk[at] === byte) })
    else note({})
    isFirst = false
    yield chunk
  }
}
