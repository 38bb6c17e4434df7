/** @module The headers of a caller: which go on to the org, which are left behind, and which refuse the request. */

import type { IncomingMessage } from 'node:http'
import { callHeaders, headerRefused } from '../org-call.ts'
import { ServerError } from '../problem.ts'

// Encodings are the caller's to undo: the body of an answer goes on as it came.
const FORWARDED: readonly string[] = [...callHeaders, 'accept-encoding']

// What would have the org do something else than what the caller's rules were asked about, or would end HTTP.
const REFUSED: ReadonlySet<string> = new Set([
  'upgrade',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
])

// What Postern reads itself, or sends; under a name that only looks like it, somebody behind Postern may read it.
const OWN: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'dpop',
  'host',
  'proxy-authorization',
  'transfer-encoding',
])

/**
 * The headers that go on, by an allow-list. All others are left behind: what is between this caller and Postern (Host,
 * hop-by-hop, forwarding), and what the org does not know.
 *
 * @throws {CallError} `proxy_header_refused` for a method override, an upgrade, one that looks like a header of Postern's with
 *   its hyphens as underscores, a doubled Content-Type, or one that Connection takes back.
 * @throws {ServerError} `request_media_type` for a body that is encoded.
 */
export function callerHeaders({ headers, rawHeaders }: IncomingMessage): Record<string, string> {
  let contentTypes = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (REFUSED.has(name) || isLookAlike(name)) throw headerRefused()
    if (name === 'content-type' && ++contentTypes > 1) throw headerRefused()
  }
  requireOwnHop(headers.connection)
  if (headers['content-encoding'] !== undefined) throw encodedBody()
  const sent: Record<string, string> = {}
  for (const name of FORWARDED) {
    const value = headers[name]
    if (typeof value === 'string') sent[name] = value
  }
  return sent
}

function isLookAlike(name: string): boolean {
  if (!name.includes('_')) return false
  const meant = name.replaceAll('_', '-')
  return REFUSED.has(meant) || OWN.has(meant) || callHeaders.has(meant)
}

/** An `If-Match` that is taken back on the way would make a change that nobody asked for. @see RFC 9110, section 7.6.1 */
function requireOwnHop(connection: string | undefined): void {
  if (connection === undefined || /^(?:keep-alive|close)$/i.test(connection)) return
  const names = connection.split(',').map((name) => name.trim().toLowerCase())
  if (names.some((name) => OWN.has(name) || callHeaders.has(name))) throw headerRefused()
}

function encodedBody(): ServerError {
  return new ServerError('request_media_type', 'The body has a Content-Encoding.', {
    remedy: 'Send the body as it is, without Content-Encoding: the org takes no other.',
  })
}
