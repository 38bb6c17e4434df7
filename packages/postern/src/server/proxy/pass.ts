/** @module One request through the proxy: judged, sent as the connection, and its answer moved on as it comes. */

import type { ServerResponse } from 'node:http'
import { type Forwarded, PosternError } from '@postern/core'
import { type CallMethod, callMethods } from '../../config/access-rules.ts'
import { Stop } from '../../http/stop.ts'
import type { StreamedAnswer } from '../../http/stream.ts'
import type { Call } from '../api.ts'
import { CallAudit } from '../call-audit.ts'
import { cutOff } from '../cut-off.ts'
import { NodeIncoming, SentAnswer } from '../incoming.ts'
import { methodRefused, requireCall } from '../org-call.ts'
import { answeredByHeader, ServerError } from '../problem.ts'
import { answerHeaders } from './answer-headers.ts'
import { CallerBody } from './caller-body.ts'
import { callerHeaders } from './caller-headers.ts'

/** What of a call the proxy uses. */
export interface ProxiedCall
  extends Pick<Call, 'services' | 'caller' | 'by' | 'request' | 'requestId'> {
  readonly params: {
    /** That of the connection. */
    readonly name: string
    /** What is asked of the org: all that is left of the target, as it came. */
    readonly path: string
  }
}

// A caller that takes nothing for so long holds a connection to the org for nothing.
const STALL_MS = 60_000

/**
 * Passes a request on to the org of a connection, and the answer back, each piece when there is room for it.
 *
 * What is refused before there is an answer of the org is thrown. After that, a failure ends the caller's connection, so that
 * an answer that was cut off never looks like a whole one.
 */
export async function passOn(call: ProxiedCall): Promise<SentAnswer> {
  const { services, caller, by } = call
  const { name: connection, path } = call.params
  const incoming = requireOwnForm(call.request)
  if (!incoming.isNext) await incoming.turn()
  const { message, response } = incoming
  const method = requireMethod(message.method)
  requireCall({ method, path, headers: {} }, caller, connection)
  const headers = callerHeaders(message)
  const { connections, log } = services
  const { org, underWay } = connections.opened(connection) ?? (await connections.open(connection))
  const stream = services.openStream(org.url)
  const audit = new CallAudit(services, { by, connection, method, path })
  const body = CallerBody.of(message)
  const stop = new CallStop(response, underWay)
  let forwarded: Forwarded<StreamedAnswer> | undefined
  try {
    if (audit.isChange) await audit.begin()
    try {
      forwarded = await org.forward(
        {
          ...{ method, path, headers, signal: () => stop.signal },
          isRepeatable: () => body === undefined || body.isRepeatable,
        },
        (request) => stream({ ...request, body: body?.attempt(), stop }),
      )
    } catch (error) {
      throw await audit.fail(error)
    }
    const unwritten = audit.end(forwarded)
    if (unwritten !== undefined) await unwritten
    const { status, answer } = forwarded
    const placeOf = () => {
      const { url: target = '' } = message
      const base = incoming.origin + target.slice(0, target.length - path.length)
      return { org: org.url, url: org.url + path, base }
    }
    const passed = answerHeaders(answer.headers, placeOf, audit)
    response.writeHead(status, { ...passed, ...ownHeaders(forwarded, call.requestId) })
    const moved = answer.pipeTo(response, { stallMs: STALL_MS })
    if (moved !== undefined) await moved
    return new SentAnswer(status)
  } catch (error) {
    if (forwarded === undefined || !response.headersSent) {
      forwarded?.answer.drop()
      throw error
    }
    log.info({ requestId: call.requestId, code: codeOf(error) }, 'an answer was cut off')
    cutOff(response)
    return new SentAnswer(forwarded.status)
  } finally {
    stop.end()
    if (body !== undefined) void body.discard()
  }
}

/** @throws {ServerError} `request_malformed` for a target that is a whole URL, and for what came over no connection. */
function requireOwnForm(request: Call['request']): NodeIncoming {
  if (request instanceof NodeIncoming) return request
  throw new ServerError('request_malformed', 'The target of the request is no path.', {
    remedy: 'Send the path alone, over the network, with the name of this server as Host.',
  })
}

function requireMethod(text = ''): CallMethod {
  const method = callMethods.find((known) => known === text)
  if (method === undefined) throw methodRefused(text)
  return method
}

function ownHeaders(
  { attempts, waitedMs, outcome }: Forwarded<StreamedAnswer>,
  requestId: string,
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    [answeredByHeader]: 'org',
    'postern-attempts': String(attempts),
    'postern-waited-ms': String(Math.round(waitedMs)),
    ...(outcome === undefined ? {} : { 'postern-outcome': outcome }),
  }
}

function codeOf(error: unknown): string {
  return error instanceof PosternError ? error.code : 'request_abandoned'
}

function heardElsewhere(): void {
  // The response closes too.
}

/** Stops when the caller is gone, or the connection is removed. */
class CallStop extends Stop {
  readonly #response: ServerResponse
  readonly #underWay: Set<Stop>

  constructor(response: ServerResponse, underWay: Set<Stop>) {
    super()
    this.#response = response
    this.#underWay = underWay
    response.once('close', this.#onClose)
    // What is written when the caller is just gone fails, and that it is gone is heard of anyway.
    response.on('error', heardElsewhere)
    underWay.add(this)
    if (response.destroyed) this.#onClose()
  }

  end(): void {
    this.#response.off('close', this.#onClose)
    this.#underWay.delete(this)
  }

  readonly #onClose = (): void => {
    if (this.#response.writableFinished) return
    this.stop(new DOMException('The caller is gone.', 'AbortError'))
  }
}
