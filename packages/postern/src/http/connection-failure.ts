/** @module Why no complete answer came, without anything of the request: the client's own errors carry addresses and bytes. */

import { PosternError, UpstreamError } from '@postern/core'

// The names that undici, llhttp and the system give to a peer that was too slow.
const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

/** A connection that failed: the platform's code, and nothing else of its error. */
class ConnectionFailure extends Error {
  // `TimeoutError` is what the web platform calls it, and how core knows one.
  override readonly name: 'ConnectionFailure' | 'TimeoutError'
  readonly code: string

  constructor(code: string) {
    super(`The connection failed (${code}).`)
    this.name = TIMEOUT_CODES.has(code) ? 'TimeoutError' : 'ConnectionFailure'
    this.code = code
  }
}

/** The error to reject with for whatever the HTTP client or a decoder failed with. */
export function connectionFailure(thrown: unknown, host: string): Error {
  if (thrown instanceof PosternError) return thrown
  if (isUnparsable(thrown)) return badAnswer(host, 'is not HTTP')
  const code = codeOf(thrown) ?? 'UNKNOWN'
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return badAnswer(host, 'has headers beyond the limit')
  return new ConnectionFailure(code)
}

/** Whether the parser stopped at bytes, and not at the end of the connection. Its errors have no code to tell them by. */
function isUnparsable(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    thrown.name === 'HTTPParserError' &&
    'data' in thrown &&
    thrown.data !== ''
  )
}

/** The error for an answer that breaks the protocol. */
export function badAnswer(host: string, observed: string): UpstreamError {
  return new UpstreamError('upstream_bad_response', `The answer of ${host} ${observed}.`, {
    remedy: 'Check the URL, and whether a proxy in between answers in place of the server.',
  })
}

/** The error for an answer with a body beyond a limit. */
export function tooLargeAnswer(host: string, maxBytes: number): UpstreamError {
  return new UpstreamError(
    'upstream_response_too_large',
    `The answer of ${host} is larger than ${maxBytes} bytes.`,
    {
      remedy: 'Check the URL, and whether a proxy in between answers in place of the server.',
      details: { maxBytes },
    },
  )
}

/** The first code along the causes. A failed attempt at several addresses keeps its codes one level down. */
function codeOf(thrown: unknown, depth = 0): string | undefined {
  if (!(thrown instanceof Error) || depth > 4) return undefined
  const code: unknown = 'code' in thrown ? thrown.code : undefined
  if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return code
  const inner: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown.cause]
  for (const error of inner) {
    const found = codeOf(error, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
