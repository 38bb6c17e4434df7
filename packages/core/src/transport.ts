/** @module How core reaches the network: one function from a request to an answer, `fetch` unless the runtime has a better one. */

import { PosternError } from './error.ts'
import { showHostile } from './hostile.ts'

/** One HTTP request. The URL is absolute; header names are lower case. */
export interface TransportRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The headers of an answer, as `Headers` gives them; names in any case. It costs Node more to make a `Headers` than to read
 * the answer, so its transport has something smaller.
 */
export interface AnswerHeaders extends Iterable<[name: string, value: string]> {
  /** The values of a header, joined by `, ` where it came more than once. */
  get(name: string): string | null
  has(name: string): boolean
}

/** One HTTP answer. */
export interface TransportResponse {
  readonly status: number
  readonly headers: AnswerHeaders
  /** The body's bytes, its content encoding undone. It must be read to its end, or its iterator told to return. */
  readonly body: AsyncIterable<Uint8Array> | null
}

/**
 * Sends one request and gives the answer as soon as its headers are there.
 *
 * Never follows a redirect, never retries, keeps no cookies. Rejects when no answer came; with a {@link PosternError} other
 * than {@link UpstreamError} where no request of it can be sent, which is not repeated.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>

/** The default {@link Transport}: the runtime's own `fetch`. */
export const fetchTransport: Transport = async (request) => {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  })
  const { status, headers, body } = response
  return { status, headers, body: body && chunksOf(body) }
}

// Not every browser can iterate a ReadableStream itself.
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** What can go wrong between a request and a complete answer. */
export type UpstreamErrorCode =
  | 'upstream_timeout'
  | 'upstream_connection_lost'
  | 'upstream_bad_response'
  | 'upstream_response_too_large'
  | 'upstream_redirect_refused'
  | 'upstream_address_refused'
  | 'upstream_unavailable'
  | 'rate_limited'
  | 'tls_error'

/** No usable answer came from the other side. */
export class UpstreamError extends PosternError<UpstreamErrorCode> {
  override readonly name = 'UpstreamError'
}

/**
 * Reads a whole body, refusing one larger than `maxBytes` before holding it. Where it is not read to its end, its iterator
 * is told to return.
 *
 * @throws {UpstreamError} `upstream_response_too_large`
 */
export async function readBody(
  response: TransportResponse,
  options: { readonly maxBytes: number; readonly host: string; readonly signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array()
  const iterator = response.body[Symbol.asyncIterator]()
  try {
    return await joinChunks(iterator, options)
  } catch (error) {
    // Not waited for: it may still be at its next piece, and that may never come.
    iterator.return?.().catch(() => undefined)
    throw error
  }
}

async function joinChunks(
  iterator: AsyncIterator<Uint8Array>,
  { maxBytes, host, signal }: Parameters<typeof readBody>[1],
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await abortable(iterator.next(), signal)
    if (done) break
    length += value.byteLength
    if (length > maxBytes) throw tooLarge(host, maxBytes)
    chunks.push(value)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}

function tooLarge(host: string, maxBytes: number): UpstreamError {
  return new UpstreamError(
    'upstream_response_too_large',
    `The answer of ${host} is larger than ${maxBytes} bytes.`,
    {
      remedy: 'Check that the org URL is right and that no proxy in between answers in its place.',
      details: { maxBytes },
    },
  )
}

/** The promise, or the signal's reason as soon as it aborts, whatever becomes of the promise then. */
export function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) {
      // Nobody waits for it any more, and its own failure must not count as unhandled.
      promise.catch(() => undefined)
      return onAbort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

// Node, undici and OpenSSL name a failed handshake so; other runtimes say it in the message only.
const TLS_CODE = /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)/

/**
 * The {@link UpstreamError} for whatever a transport or a body stream rejected with. Carries no part of the request.
 *
 * @throws {PosternError} what the transport says with a code and a remedy of its own: it is not about the other side.
 */
export function upstreamError(thrown: unknown, host: string): UpstreamError {
  if (thrown instanceof UpstreamError) return thrown
  if (thrown instanceof PosternError) throw thrown
  const reason = failureCode(thrown)
  if (reason !== undefined && TLS_CODE.test(reason)) {
    return new UpstreamError('tls_error', `The TLS certificate of ${host} was not accepted.`, {
      remedy:
        'Check the host name and interception proxies; verification cannot be switched off for Okta hosts.',
      details: { reason },
    })
  }
  if (isTimeout(thrown)) {
    return new UpstreamError('upstream_timeout', `${host} did not answer in time.`, {
      remedy: 'Check the network between this machine and the org, then try again.',
      details: reason === undefined ? {} : { reason },
    })
  }
  return new UpstreamError('upstream_connection_lost', `The connection to ${host} broke.`, {
    remedy: 'Check the org URL, DNS and the network between this machine and the org.',
    details: reason === undefined ? {} : { reason },
  })
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TimeoutError'
}

/** The platform's code for a failure (`ECONNREFUSED`, `ENOTFOUND`, …), found along the chain of causes, or the error's name. */
function failureCode(thrown: unknown): string | undefined {
  for (let depth = 0, error = thrown; depth < 5 && error instanceof Error; depth++) {
    const code: unknown = 'code' in error ? error.code : undefined
    if (typeof code === 'string') return showHostile(code, { maxCharacters: 64 })
    error = error.cause
  }
  return thrown instanceof Error ? showHostile(thrown.name, { maxCharacters: 64 }) : undefined
}
