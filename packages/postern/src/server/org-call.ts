/** @module A call of an org that a caller wants Postern to make: whether it stays on the org, and whether the caller may. */

import { decodePath, isKeyCall, type PlainCall, PosternError } from '@postern/core'
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

const KEYS: Verb = 'keys'

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

/**
 * The path without its query, decoded until nothing changes.
 *
 * @throws {CallError} `proxy_host_refused`, `proxy_path_invalid`, `proxy_path_traversal`
 */
export function decodedPath(text: string): string {
  const decoded = decodePath(text)
  if (decoded.ok) return decoded.path
  switch (decoded.fault) {
    case 'host':
      throw hostRefused()
    case 'invalid':
      throw pathInvalid()
    case 'traversal':
      throw traversal()
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
