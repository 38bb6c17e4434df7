/** @module The control API: what a person or a test does to the emulator itself. JSON over a loopback port of its own. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import { receiveBody } from '../http/server.ts'
import type { Emulator } from '../running-org.ts'
import { SetupError, type SetupErrorCode } from '../setup-error.ts'
import { guard } from './guard.ts'
import { keySetRoutes } from './key-sets.ts'
import { orgRoutes } from './org-routes.ts'

const statusOf: Readonly<
  Partial<Record<SetupErrorCode | ControlErrorCode, 403 | 404 | 409 | 415>>
> = {
  org_unknown: 404,
  client_unknown: 404,
  org_exists: 409,
  path_unknown: 404,
  host_forbidden: 403,
  origin_forbidden: 403,
  body_not_json: 415,
}

/** What the control API itself may refuse. */
export type ControlErrorCode =
  | 'path_unknown'
  | 'host_forbidden'
  | 'origin_forbidden'
  | 'body_not_json'
  | 'unexpected'

const unexpected = {
  error: {
    code: 'unexpected',
    observed: 'The emulator did not expect that.',
    remedy: 'Report it, with the request.',
  },
}

/** The listener of the control API. */
export function createControl(emulator: () => Emulator): RequestListener {
  const app = new Hono()
  app.use(guard)
  app.route('/', orgRoutes(emulator))
  app.route('/', keySetRoutes(emulator))
  app.notFound((context) =>
    context.json(
      {
        error: {
          code: 'path_unknown',
          observed: 'The control API has nothing under that method and path.',
          remedy: 'Ask GET /, which lists what there is.',
        },
      },
      404,
    ),
  )
  app.onError((error, context) => {
    if (!(error instanceof SetupError)) return context.json(unexpected, 500)
    const { code, message: observed, remedy } = error
    return context.json({ error: { code, observed, remedy } }, statusOf[code] ?? 400)
  })
  return (incoming, outgoing) => {
    respond(app, incoming, outgoing).catch(() => outgoing.destroy())
  }
}

async function respond(
  app: Hono,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await receiveBody(incoming)
  if (body === undefined) {
    outgoing.writeHead(413).end()
    return
  }
  // `Request` refuses TRACE, which no route answers, as none answers an unknown method.
  const method = incoming.method === 'TRACE' ? 'UNKNOWN' : (incoming.method ?? 'GET')
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ])
  const answer = await app.request(incoming.url ?? '/', {
    method,
    headers,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
  })
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
  outgoing.end(Buffer.from(await answer.arrayBuffer()))
}
