/** @module One request through the proxy: judged, sent as the connection, and its answer moved on as it comes. */

import type { ServerResponse } from 'node:http'
import { type Forwarded, PosternError } from '@postern/core'
import { type CallMethod, callMethods } from '../../config/access-rules.ts'
import type { StreamedAnswer } from '../../http/stream.ts'
import type { Call } from '../api.ts'
import { withAudit } from '../call-audit.ts'
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
  const body = CallerBody.of(message)
  const { connections } = services
  const { org, signal: removed } =
    connections.opened(connection) ?? (await connections.open(connection))
  const stop = new StopSignal(response, removed)
  const send = services.openStream(org.url)
  let opened: StreamedAnswer | undefined
  try {
    const forwarded = await withAudit(services, { by, connection, method, path }, async () => {
      const got = await org.forward(
        {
          ...{ method, path, headers, signal: stop.signal },
          isRepeatable: () => body === undefined || body.isRepeatable,
        },
        (request) => send({ ...request, body: body?.attempt() }),
      )
      opened = got.answer
      return got
    })
    const { status, answer } = forwarded
    const passed = answerHeaders(answer.headers, () => {
      const { url: target = '' } = message
      const base = incoming.origin + target.slice(0, target.length - path.length)
      return { org: org.url, url: org.url + path, base }
    })
    response.writeHead(status, { ...passed, ...ownHeaders(forwarded, call.requestId) })
    await answer.pipeTo(response, { stallMs: STALL_MS }).catch((error: unknown) => {
      services.log.info({ requestId: call.requestId, code: codeOf(error) }, 'an answer was cut off')
      cutOff(response)
    })
    return new SentAnswer(status)
  } catch (error) {
    opened?.drop()
    throw error
  } finally {
    stop.end()
    void body?.discard()
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
  { attempts, waitedMs }: Forwarded<StreamedAnswer>,
  requestId: string,
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    [answeredByHeader]: 'org',
    'postern-attempts': String(attempts),
    'postern-waited-ms': String(Math.round(waitedMs)),
  }
}

function codeOf(error: unknown): string {
  return error instanceof PosternError ? error.code : 'request_abandoned'
}

function heardElsewhere(): void {
  // The response closes too.
}

/** Aborts when the caller is gone, or the connection is removed. */
class StopSignal {
  readonly #controller = new AbortController()
  readonly #response: ServerResponse
  readonly #removed: AbortSignal

  constructor(response: ServerResponse, removed: AbortSignal) {
    this.#response = response
    this.#removed = removed
    response.once('close', this.#onClose)
    // What is written when the caller is just gone fails, and that it is gone is heard of anyway.
    response.on('error', heardElsewhere)
    removed.addEventListener('abort', this.#onRemoved, { once: true })
    if (removed.aborted) this.#onRemoved()
    if (response.destroyed) this.#onClose()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(): void {
    this.#response.off('close', this.#onClose)
    this.#removed.removeEventListener('abort', this.#onRemoved)
  }

  readonly #onClose = (): void => {
    if (!this.#response.writableFinished) this.#controller.abort()
  }

  readonly #onRemoved = (): void => this.#controller.abort(this.#removed.reason)
}
