/** @module A call of an org that a caller wants Postern to make: whether it stays on the org, and whether the caller may. */

import { PosternError } from '@postern/core'
import type { CallMethod, Verb } from '../config/access-rules.ts'
import type { RequestCaller } from './caller.ts'

/** What can be wrong with a call. */
export type CallErrorCode =
  | 'proxy_path_invalid'
  | 'proxy_path_traversal'
  | 'proxy_host_refused'
  | 'proxy_method_not_allowed'
  | 'proxy_path_not_allowed'
  | 'proxy_header_refused'

/** A call that is not made. */
class CallError extends PosternError<CallErrorCode> {
  override readonly name = 'CallError'
}

/** A call as it was asked for. */
export interface OrgCall {
  readonly method: CallMethod
  /** On the org, with or without a query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** The headers of a caller that go on to the org. All that speaks for somebody is Postern's to say. */
export const callHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-type',
  'if-match',
  'if-none-match',
  'prefer',
  'user-agent',
  'x-okta-retry-count',
  'x-okta-retry-for',
  'x-okta-user-agent-extended',
])

// A text that is still encoded after so many rounds is no id of anything.
const MAX_ROUNDS = 4

const KEYS: Verb = 'keys'

// Tokens, clients and the keys of apps: what would be a credential past Postern.
const KEY_PATHS: readonly RegExp[] = [
  /^\/oauth2(?:\/[^/]+)?\/v1\/token(?:\/|$)/,
  /^\/oauth2\/v1\/clients(?:\/|$)/,
  /^\/api\/v1\/apps\/[^/]+\/credentials(?:\/|$)/,
  /^\/integrations\/api\/v1\/api-services(?:\/|$)/,
]

// Reading there shows public halves alone; writing registers keys, makes some, or grants scopes. An app and an identity
// provider are made and replaced whole, with their keys and secrets in them.
const KEY_WRITING_PATHS: readonly RegExp[] = [
  /^\/api\/v1\/(?:apps|idps)(?:\/[^/]+)?$/,
  /^\/api\/v1\/apps\/[^/]+\/grants(?:\/|$)/,
  /^\/api\/v1\/authorizationservers\/[^/]+\/(?:resourceserver)?credentials(?:\/|$)/,
  /^\/api\/v1\/idps\/(?:[^/]+\/)?credentials(?:\/|$)/,
  /^\/api\/v1\/(?:hook-keys|api-tokens)(?:\/|$)/,
]
// Each of the shapes has one of these; most paths have none, and need not be taken apart.
const KEY_WORDS = /token|clients|apps|api-services|idps|authorizationservers|hook-keys/iu
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/**
 * Lets a call pass, or not. What gives tokens, clients or keys needs the verb `keys` too.
 *
 * @throws {CallError} for what does not stay on the org, or is not given by the caller's rules.
 * @throws {ServerError} `access_denied` without `keys`.
 */
export function requireCall(call: OrgCall, caller: RequestCaller, connection: string): void {
  const path = decodedPath(call.path)
  const refused = caller.permissions.callRefusal(connection, { method: call.method, path })
  if (refused === 'method') throw methodRefused(call.method)
  if (refused === 'path') throw pathRefused()
  requireVerbFor({ method: call.method, path }, caller, connection)
  requireHeaders(call.headers)
}

/** @throws {ServerError} `access_denied` where the call leads to keys, and the caller does not have `keys`. */
export function requireVerbFor(call: PlainCall, caller: RequestCaller, connection: string): void {
  if (isKeyCall(call)) caller.requireVerb(KEYS, connection)
}

/** A call as far as it decides whether it leads to keys. */
export interface PlainCall {
  readonly method: string
  /** Decoded. */
  readonly path: string
}

/** Whether a call gives tokens, clients or keys, or may register or grant some, however its path is written. */
export function isKeyCall({ method, path }: PlainCall): boolean {
  if (!KEY_WORDS.test(path)) return false
  // What Okta's servers overlook: parameters of a segment, empty segments, and perhaps the case.
  const segments = path.toLowerCase().split('/')
  const plain = segments.map((segment) => segment.replace(/;.*/, '')).filter((text) => text !== '')
  const shapes = READING.has(method) ? KEY_PATHS : [...KEY_PATHS, ...KEY_WRITING_PATHS]
  return shapes.some((shape) => shape.test(`/${plain.join('/')}`))
}

/**
 * The path without its query, decoded until nothing changes.
 *
 * @throws {CallError} `proxy_host_refused`, `proxy_path_invalid`, `proxy_path_traversal`
 */
export function decodedPath(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw hostRefused()
  let [path = ''] = text.split('?', 1)
  requirePlain(path)
  for (let round = 0; round < MAX_ROUNDS && path.includes('%'); round++) {
    const decoded = decode(path)
    if (decoded === undefined && round === 0) throw pathInvalid()
    if (decoded === undefined) break
    // A slash that was encoded would begin a segment for whoever decodes it.
    if (decoded.split('/').length !== path.split('/').length) throw pathInvalid()
    path = decoded
    requirePlain(path)
  }
  return path
}

function requirePlain(path: string): void {
  if (!/^\/(?!\/)/.test(path) || /[\\#\p{Cc}\p{Cs}\u2028\u2029]/u.test(path)) throw pathInvalid()
  const segments = path.split('/').map((segment) => segment.replace(/;.*/, ''))
  if (segments.some((segment) => segment === '.' || segment === '..')) throw traversal()
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function requireHeaders(headers: Readonly<Record<string, string>>): void {
  const strange = Object.keys(headers).some((name) => !callHeaders.has(name.toLowerCase()))
  if (strange) throw headerRefused()
}

/** The refusal of a header that a caller may not set. */
export function headerRefused(): CallError {
  return new CallError('proxy_header_refused', 'A header of the call is not the caller’s to set.', {
    remedy: `Leave it out; these may be set: ${[...callHeaders].join(', ')}.`,
  })
}

function pathInvalid(): CallError {
  return new CallError('proxy_path_invalid', 'The path does not stay on the org.', {
    remedy: 'Write a path that begins with one slash, such as /api/v1/users.',
  })
}

function traversal(): CallError {
  return new CallError('proxy_path_traversal', 'The path has dot segments.', {
    remedy: 'Write the path without dot segments.',
  })
}

function hostRefused(): CallError {
  return new CallError('proxy_host_refused', 'A whole URL is given in the place of a path.', {
    remedy: "Write the path alone; the host is the connection's org.",
  })
}

/** The refusal of a method. */
export function methodRefused(method: string): CallError {
  return new CallError(
    'proxy_method_not_allowed',
    `This access key may not call the org with ${method}.`,
    { remedy: 'Use an access key with a rule that names the method.', details: { method } },
  )
}

function pathRefused(): CallError {
  return new CallError('proxy_path_not_allowed', 'This access key may not call this path.', {
    remedy: 'Use an access key with a rule whose paths have it.',
  })
}
