/** @module A request that an action sends as it was given: judged first, answered within bounds, without secrets. */

import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { decodePath, isKeyCall } from '../org/key-calls.ts'
import type { OrgAnswer, OrgRequest } from '../org/request.ts'
import { UpstreamError } from '../transport.ts'
import type { ActionObject, Prepared } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'

/** The methods that change nothing. */
export const readMethods = ['GET', 'HEAD'] as const
/** The methods that change something. */
export const changeMethods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

/** A request as an action was told to send it. */
export interface GivenRequest {
  readonly method: string
  /** On the org. */
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean>>
  /** Sent as JSON; undefined where there is none. */
  readonly body?: JsonValue | undefined
}

/** What the effect of a request is called, and what it is about. */
export interface SentAs {
  /** `request.sent` */
  readonly change: string
  readonly objects: readonly ActionObject[]
}

const MAX_BYTES = 1024 * 1024

/**
 * Lets a request pass that stays on the org and leads to no token, client or key.
 *
 * @throws {ActionError} `action_path_refused`
 */
export function requireSendable({ method, path }: Pick<GivenRequest, 'method' | 'path'>): void {
  const decoded = decodePath(path)
  if (!decoded.ok) {
    throw new ActionError('action_path_refused', 'The path does not stay on the org.', {
      remedy: 'Write a path of the org such as /api/v1/users, with no dot segments in it.',
      details: { fault: decoded.fault },
    })
  }
  if (!isKeyCall({ method, path: decoded.path })) return
  throw new ActionError(
    'action_path_refused',
    `${method} of this path leads to tokens, clients or keys.`,
    {
      remedy:
        'No action does that: rotate a key with `postern rotate`, or register an app by setup.',
    },
  )
}

/** Sends a read, and has the answer as the action's. @throws {ActionError} `action_path_refused` */
export async function prepareRead(
  calls: Calls,
  given: GivenRequest,
  objects: readonly ActionObject[] = [],
): Promise<Prepared> {
  requireSendable(given)
  const { result, notes } = resultOf(await read(calls, requestOf(given)))
  return { objects, before: {}, after: {}, effects: [], result, notes }
}

/** What a change would send, and how it is sent. @throws {ActionError} `action_path_refused` */
export function prepareChange(
  calls: Calls,
  given: GivenRequest,
  { change, objects }: SentAs,
): Prepared {
  requireSendable(given)
  const { method, path, query, body } = given
  const request = { method, path, query, ...(body === undefined ? {} : { body }) }
  const ids = objects.map(({ id }) => id)
  const summary = `Send ${method} ${path}${body === undefined ? '' : ' with a body'}.`
  return {
    objects,
    before: {},
    after: { request },
    effects: [{ change, objects: ids.length > 0 ? ids : [`${method} ${path}`], summary }],
    apply: async () => {
      // Even what HTTP calls idempotent may not be: a second DELETE of a user deletes for good whom the first deactivated.
      const answer = await calls.change({ ...requestOf(given), retryable: false })
      return { after: { request }, ...(answer === undefined ? {} : resultOf(answer)) }
    },
  }
}

function requestOf({ method, path, query, body }: GivenRequest): OrgRequest {
  return { method, path, query, ...(body === undefined ? {} : { body }) }
}

async function read(calls: Calls, request: OrgRequest): Promise<OrgAnswer> {
  try {
    return await calls.read({ ...request, maxBytes: MAX_BYTES })
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'upstream_response_too_large')
      throw error
    throw new UpstreamError(error.code, `The answer has more than ${MAX_BYTES} bytes.`, {
      remedy: 'Ask for less: give the query a smaller limit, or a filter.',
      details: { maxBytes: MAX_BYTES },
      cause: error,
    })
  }
}

function resultOf(answer: OrgAnswer): { result: JsonValue; notes: readonly string[] } {
  const { status, body: bytes } = answer
  if (bytes.length === 0) return { result: { status }, notes: [] }
  if (bytes.length > MAX_BYTES) {
    const note = `The answer has ${bytes.length} bytes, and is left out.`
    return { result: { status }, notes: [note] }
  }
  const body = jsonOf(answer)
  if (body === undefined)
    return { result: { status }, notes: ['The answer is no JSON, and is left out.'] }
  return { result: { status, body: withoutSecrets(body) }, notes: [] }
}

function jsonOf(answer: OrgAnswer): JsonValue | undefined {
  try {
    return answer.json() as JsonValue
  } catch {
    // It was answered all the same, and what it changed is changed.
    return undefined
  }
}

// What Okta answers for somebody to sign in with: links and tokens of an activation or a recovery, passwords, keys.
const SECRET_MEMBER =
  /^(?:activationUrl|resetPasswordUrl|recoveryUrl|\w*token|\w*password|\w*passwd|passCode|\w*secret|private_?key|d|p|q|dp|dq|qi)$/i

/** The value with every text away that somebody could sign in with. */
function withoutSecrets(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => {
    // Whoever has the link of a factor's QR code has its secret.
    const isSecret = name === 'qrcode' || (typeof member === 'string' && SECRET_MEMBER.test(name))
    return [name, isSecret || member === undefined ? '[removed]' : withoutSecrets(member)] as const
  })
  return Object.fromEntries(members) satisfies JsonObject
}
