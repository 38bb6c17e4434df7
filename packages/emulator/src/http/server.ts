/** @module The sockets: requests come in, belong to an org by host or path, and are answered. */

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { concurrency } from './buckets.ts'
import { answerOf, answerRequest, type Settled, type UnroutedRequest } from './exchange.ts'
import type { Giver } from './headers.ts'
import type { Interception, Loss } from './interceptor.ts'
import { noteCall } from './org-call.ts'
import { refuseConcurrency } from './rate-limit.ts'
import { lose, sendAnswer, sendGatewayPage } from './send.ts'
import { findOrg, readTarget, type ServedOrg, takeApart } from './target.ts'

const MAX_BODY_BYTES = 1_048_576
// As nginx keeps a connection that nobody uses.
const KEEP_ALIVE_MS = 75_000

/** How to listen. */
export interface ListenOptions {
  readonly port: number
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

/** A server that listens. */
export interface Listening {
  readonly port: number
  readonly origin: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1, which nobody on another machine reaches, and lets `listener` answer. */
export async function listen(
  listener: RequestListener,
  options: ListenOptions,
): Promise<Listening> {
  const server: Server =
    options.tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer(options.tls, listener)
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const scheme = options.tls === undefined ? 'http' : 'https'
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What answers for several orgs on one port. */
export function serveOrgs(
  orgs: () => readonly ServedOrg[],
  scheme: 'http' | 'https',
): RequestListener {
  return (incoming, outgoing) => {
    // What ends here is a client that went away in the middle of its request.
    answer(orgs(), scheme, incoming, outgoing).catch(() => outgoing.destroy())
  }
}

/** The whole body of a request; undefined where it is greater than any that Okta takes. */
export async function receiveBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks)
}

async function answer(
  orgs: readonly ServedOrg[],
  scheme: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await receiveBody(incoming)
  if (body === undefined) return sendGatewayPage(outgoing, 413, 'Request Entity Too Large')
  const target = readTarget(incoming)
  if (target === undefined) return sendGatewayPage(outgoing, 400, 'Bad Request')
  const served = findOrg(orgs, target)
  if (served === undefined) return sendUnknownHost(outgoing, orgs)
  const request = takeApart(served, target, incoming, { scheme, body })
  served.inFlight++
  try {
    await exchange(served, request, outgoing)
  } catch (error) {
    served.onUnexpected(error)
    outgoing.destroy()
  } finally {
    served.inFlight--
  }
}

async function exchange(
  served: ServedOrg,
  request: UnroutedRequest,
  outgoing: ServerResponse,
): Promise<void> {
  const { interceptor, onCall, router, org } = served
  const atMs = org.time.nowMs()
  const early = interceptor.before(request)
  if (early !== undefined && 'loss' in early) {
    onCall?.(noteCall(request, atMs, router, {}))
    return lose(outgoing, early.loss)
  }
  const settled = early === undefined ? await settle(served, request) : settledBy(early)
  const late = interceptor.after(request, settled.answer)
  const final = late?.answer ?? settled.answer
  const isLost = late?.delivery?.kind === 'silence' || late?.delivery?.kind === 'reset'
  const { counted } = settled
  onCall?.(noteCall(request, atMs, router, { sent: isLost ? undefined : final, counted }))
  await sendAnswer(outgoing, request, final, {
    giver: giverOf({ ...settled, answer: final }),
    delivery: late?.delivery,
  })
}

function settledBy({
  answer,
  fromGateway = false,
}: Exclude<Interception, { loss: Loss }>): Settled {
  return { answer, fromGateway }
}

function giverOf({ answer: { status }, fromGateway }: Settled): Giver {
  if (fromGateway) return 'gateway'
  return status === 429 ? 'limiter' : 'api'
}

async function settle(served: ServedOrg, request: UnroutedRequest): Promise<Settled> {
  if (served.inFlight <= concurrency[served.org.edition]) return answerRequest(served, request)
  return { answer: answerOf(refuseConcurrency(served.org.time.nowMs())), fromGateway: false }
}

function sendUnknownHost(outgoing: ServerResponse, orgs: readonly ServedOrg[]): void {
  const redirect = orgs.some(({ org }) => org.assumptions.unknownHost === 'redirect')
  if (redirect) {
    outgoing.writeHead(302, { Location: 'https://www.okta.com/' }).end()
    return
  }
  sendGatewayPage(outgoing, 404, 'Page Not Found')
}
