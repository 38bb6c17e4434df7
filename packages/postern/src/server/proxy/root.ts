/** @module The proxy of one connection as if it were the org itself: its root is the org's root, for tools that take a host only. */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { type LocalServer, openLocally } from '../../http/local-client.ts'
import type { DirectAnswer } from '../app.ts'
import { requireOwnName } from '../arrival.ts'
import { cutOff } from '../cut-off.ts'
import { type Incoming, NodeIncoming, SentAnswer } from '../incoming.ts'
import type { ServedApp } from '../listen.ts'
import { asOktaError, problemAnswer, problemOf, ServerError } from '../problem.ts'

/** Whose root it is. */
export interface Root {
  /** The server whose proxy is asked. It judges the access key: nobody is let in here without one. */
  readonly server: LocalServer
  /** The name of a connection. */
  readonly connection: string
}

// Of the hop to here. A Connection that takes back other headers goes on, for the server to refuse.
const OWN_HOP: ReadonlySet<string> = new Set(['host', 'keep-alive', 'proxy-connection'])

/** An app that sends everything on to the proxy of a server on this machine, with the access key that the caller shows. */
export function rootApp(root: Root): ServedApp {
  const answer: DirectAnswer = async (request, arrival) => {
    try {
      const incoming = requireNetwork(request)
      await incoming.turn()
      takeOwnForm(incoming.message)
      requireOwnName(incoming, arrival)
      return await passOn(incoming, root)
    } catch (error) {
      return problemAnswer(asOktaError(problemOf(error, randomUUID())))
    }
  }
  return {
    findDirect: () => answer,
    fetch: () => new Response(null, { status: 404 }),
  }
}

async function passOn(
  { message, response, origin }: NodeIncoming,
  { server, connection }: Root,
): Promise<SentAnswer> {
  const prefix = `/v1/connections/${encodeURIComponent(connection)}/proxy`
  const method = message.method ?? ''
  const path = prefix + requirePath(message)
  const request = await openLocally(server, {
    method,
    path,
    headers: headersFor(message, server),
    keepAlive: true,
  })
  const gone = () => {
    if (!response.writableFinished) request.destroy()
  }
  response.once('close', gone)
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.on('error', reject)
    })
    // Not `pipeline`, which ends the caller's connection where the server answers before it has taken the body.
    message.pipe(request)
    const answer = await answered.catch((error: unknown) => {
      throw unreachable(error)
    })
    writeHead(answer, response, { proxy: prefix, origin })
    // Nor here, where it would end a connection that has to be reset.
    answer.pipe(response)
    await finished(answer).catch(() => cutOff(response))
    return new SentAnswer(answer.statusCode ?? 0)
  } finally {
    response.off('close', gone)
    message.unpipe(request)
    message.resume()
    if (!request.writableEnded) request.destroy()
  }
}

function requireNetwork(request: Incoming): NodeIncoming {
  if (request instanceof NodeIncoming) return request
  throw new TypeError('The root of an org is for requests that came over the network.')
}

/**
 * Makes a target that is a whole URL a path, as those send it who take this for a proxy; its host counts more than Host.
 *
 * @see RFC 9112, section 3.2.2
 */
function takeOwnForm(message: IncomingMessage): void {
  const [, host, path] = /^http:\/\/([^/?#]*)(\/.*)$/is.exec(message.url ?? '') ?? []
  if (host === undefined) return
  message.headers.host = host
  message.url = path
}

/** @throws {ServerError} `request_malformed` for `*` and whatever else is no path. */
function requirePath({ url = '' }: IncomingMessage): string {
  if (url.startsWith('/')) return url
  throw new ServerError('request_malformed', 'The target of the request is no path.', {
    remedy: 'Send the path alone, as the org takes it: /api/v1/users.',
  })
}

/** Names and values in turn, as they came: what is doubled or misspelt is the server's to refuse. */
function headersFor({ rawHeaders }: IncomingMessage, { url }: LocalServer): string[] {
  const headers = ['host', new URL(url).host]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const isOwnHop =
      OWN_HOP.has(name.toLowerCase()) ||
      (name.toLowerCase() === 'connection' && /^(?:keep-alive|close)$/i.test(value))
    if (!isOwnHop) headers.push(name, value)
  }
  return headers
}

/** What leads to the proxy of the server leads here. */
function writeHead(
  { statusCode = 502, headers }: IncomingMessage,
  response: ServerResponse,
  { proxy, origin }: { readonly proxy: string; readonly origin: string },
): void {
  const sent = { ...headers }
  delete sent.connection
  delete sent['keep-alive']
  delete sent['transfer-encoding']
  const { link, location } = headers
  const here = (target: string) => {
    const start = target.indexOf(`${proxy}/`)
    return start === -1 ? target : origin + target.slice(start + proxy.length)
  }
  if (location !== undefined) sent.location = here(location)
  if (link !== undefined) {
    const links = [link].flat().join(', ')
    sent['link'] = links.replaceAll(/<([^>]*)>/g, (_, target: string) => `<${here(target)}>`)
  }
  response.writeHead(statusCode, sent)
}

function unreachable(cause: unknown): ServerError {
  return new ServerError('server_unreachable', 'The server of Postern does not answer.', {
    remedy: 'Look whether postern start still runs, start it again, and send the request again.',
    cause,
  })
}
