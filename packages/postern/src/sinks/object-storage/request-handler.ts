/** @module The S3 client's way to the network: ours, which guards addresses (S24). */

import { Readable } from 'node:stream'
import type { Transport } from '@postern/core'

/** A request as the client signs it. */
interface SignedRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** An answer as the client reads it. */
interface ClientAnswer {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Readable
}

/** A request handler of the S3 client over a transport. */
export class TransportHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sends a request. The client's own `AbortSignal` type lacks what Node's has, and is always one of Node's here. */
  async handle(
    request: SignedRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ readonly response: ClientAnswer }> {
    const { status, headers, body } = await this.#transport({
      method: request.method,
      url: urlOf(request),
      headers: headersOf(request),
      ...(request.body === undefined ? {} : { body: bytesOf(request.body) }),
      ...(abortSignal instanceof AbortSignal ? { signal: abortSignal } : {}),
    })
    return {
      response: {
        statusCode: status,
        headers: Object.fromEntries(
          [...headers].map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: Readable.from(body ?? []),
      },
    }
  }

  /** The transport has its own settings. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {}
  }
}

function urlOf({ protocol, hostname, port, path, query = {} }: SignedRequest): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      (one: string | null) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? '')}`,
    ),
  )
  const search = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`
}

/** `expect` is not signed, and not waited for: a batch is small. */
function headersOf({ headers }: SignedRequest): Record<string, string> {
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(sent.filter(([name]) => name !== 'expect'))
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Uint8Array.from(body)
  throw new Error('The S3 client sends a body that is no bytes.')
}
