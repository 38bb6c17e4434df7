/** @module Serves an app over HTTP, and stops without cutting off what runs. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { App, AppEnv } from './app.ts'
import type { Arrival, ServerNames } from './arrival.ts'
import { type Binding, checkBinding } from './binding.ts'
import { callerAddress } from './caller-address.ts'
import { cutOff, noteCarriers, UnframedAnswers } from './cut-off.ts'
import { type Answer, NodeIncoming, responseOf, SentAnswer } from './incoming.ts'
import { type Problem, problemAnswer, problemOf, ServerError } from './problem.ts'
import { serverNames } from './server-names.ts'

/** What is served. */
export type ServedApp = Pick<App, 'findDirect'> & {
  fetch(request: Request, env: AppEnv['Bindings']): Response | Promise<Response>
}

/** Options of {@link listen}. */
export interface ListenOptions extends Binding {
  /** Default 0: any that is free. */
  readonly port?: number | undefined
}

/** A server that listens. */
export interface Listening {
  /** Where it is: `http://127.0.0.1:7478`. */
  readonly url: string
  /** Takes no new request, waits for those that run, at most `withinMs` (default 10 s), then cuts them off. */
  close(withinMs?: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const TIMEOUTS_CHECKED_MS = 5_000
const KEEP_ALIVE_TIMEOUT_MS = 60_000
const MAX_HEADER_BYTES = 16_384
const MAX_CONNECTIONS = 16_384
const CLOSE_WITHIN_MS = 10_000
const IDLE_CHECKED_MS = 20
const REFUSED_FOR_MS = 1_000
const ENCODING = 'transfer-encoding'
const SINGLE = ['host', 'authorization', ENCODING]

/**
 * Starts to listen.
 *
 * @throws {BindingError} as {@link checkBinding} says; the platform's error where the address cannot be had.
 */
export async function listen(app: ServedApp, options: ListenOptions = {}): Promise<Listening> {
  const binding = checkBinding(options)
  const { host, tls } = binding
  let names: ServerNames = { hosts: new Set(), origins: new Set() }
  const arrivalOf = (incoming: IncomingMessage, outgoing: ServerResponse): Arrival => ({
    address: callerAddress(incoming, binding.trustedProxies),
    names,
    cutOff: () => cutOff(outgoing),
  })
  const answerByFetch = getRequestListener(
    (request, env) => {
      // Neither side of a proxy speaks HTTP/2 here.
      const { incoming, outgoing } = env as HttpBindings
      return app.fetch(request, { arrival: arrivalOf(incoming, outgoing) })
    },
    { errorHandler: () => responseOf(problemAnswer(malformed())) },
  )
  const unframed = new UnframedAnswers()
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (isAmbiguous(incoming)) return refuseAmbiguous(incoming, outgoing)
    unframed.add(incoming, outgoing)
    const answer = app.findDirect(incoming.method ?? '', incoming.url ?? '')
    if (answer === undefined) return void answerByFetch(incoming, outgoing)
    answer(new NodeIncoming(incoming, outgoing, names.origins), arrivalOf(incoming, outgoing)).then(
      (direct) => {
        if (direct instanceof SentAnswer) return
        // No direct route answers so.
        if (direct instanceof Response) outgoing.destroy()
        else write(outgoing, direct)
      },
      // A failure past every net; whoever asked sees the connection end.
      () => outgoing.destroy(),
    )
  }
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUTS_CHECKED_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  }
  const server = tls
    ? createTlsServer({ ...limits, ...tls, minVersion: 'TLSv1.2' }, listener)
    : createServer(limits, listener)
  if (server instanceof TlsServer) noteCarriers(server)
  server.maxConnections = MAX_CONNECTIONS
  server.on('clientError', refuseUnreadable)
  server.on('connect', (_request, socket: Socket) => refuse(socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const address = server.address() as AddressInfo
  names = serverNames(address, binding)
  return {
    url: urlOf(address, tls !== undefined),
    close: (withinMs) => close(server, unframed, withinMs),
  }
}

/**
 * Whether it names two hosts or two callers, of which Node takes the first without a word and a proxy in front may have
 * judged the other; or is of another HTTP than 1; or has a body in another form than it is read in here.
 *
 * @see RFC 9112, section 3.2 - more than one Host is answered with 400
 * @see RFC 9112, section 6.1 - HTTP/1.0 has no chunks; what is encoded beside them is for nobody to read
 */
function isAmbiguous({ rawHeaders, httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  if (httpVersionMajor !== 1) return true
  let seen = ''
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = SINGLE.find((single) => isName(rawHeaders[at], single))
    if (name === undefined) continue
    if (seen.includes(name)) return true
    if (name === ENCODING && (httpVersionMinor === 0 || !isName(rawHeaders[at + 1], 'chunked')))
      return true
    seen += name
  }
  return false
}

/** Most names are told apart by their length, and none is written down anew. */
function isName(text: string | undefined, name: string): boolean {
  return text?.length === name.length && text.toLowerCase() === name
}

function write(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  // A failure behind the head of an answer, past every net.
  if (outgoing.headersSent) return void outgoing.destroy()
  const bytes = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
  outgoing.writeHead(status, { ...headers, ...bytes })
  outgoing.end(body)
}

function urlOf({ family, address, port }: AddressInfo, hasTls: boolean): string {
  const host = family === 'IPv6' ? `[${address}]` : address
  return `${hasTls ? 'https' : 'http'}://${host}:${port}`
}

async function close(
  server: Server,
  unframed: UnframedAnswers,
  withinMs = CLOSE_WITHIN_MS,
): Promise<void> {
  const timer = setTimeout(() => {
    unframed.cutOff()
    server.closeAllConnections()
  }, withinMs)
  // A connection that is kept alive is idle as soon as its last answer is out.
  const sweeper = setInterval(() => server.closeIdleConnections(), IDLE_CHECKED_MS)
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
  clearInterval(sweeper)
  clearTimeout(timer)
}

// What the reader of HTTP finds wrong behind it has been answered, too.
const refused = new WeakSet<Socket>()

function refuseAmbiguous({ socket }: IncomingMessage, outgoing: ServerResponse): void {
  refused.add(socket)
  write(outgoing, problemAnswer(malformed(), { connection: 'close' }))
}

/** Answers what is no HTTP, takes too long to come, or has too many headers: Node's own answer would have no problem in it. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (refused.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  refuse(socket)
}

/** Of a socket for a tunnel, Node takes every listener and time limit of its own off: nobody else hears of its end. */
function refuse(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  // Read for a moment, for a reset would take the answer from a caller who still sends; and no longer, whether it ends or not.
  socket.resume()
  setTimeout(() => socket.destroy(), REFUSED_FOR_MS).unref()
  const problem = malformed()
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} Bad Request`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function malformed(): Problem {
  const error = new ServerError('request_malformed', 'The request cannot be read as HTTP.', {
    remedy:
      'Send HTTP/1.1 with one Host, one Authorization, at most 16 KiB of headers, and without a pause.',
  })
  return problemOf(error, crypto.randomUUID())
}
