/** @module A loopback server that answers as a script says: refusals, `Date`, 429, 5xx and cut connections. */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** One answer of the script. */
export interface ScriptedAnswer {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Header lines as they are, each name as often as it stands; nothing is added but what HTTP needs. */
  readonly rawHeaders?: readonly (readonly [name: string, value: string])[] | undefined
  /** Sent as JSON unless it is text, or bytes. */
  readonly body?: unknown
  /**
   * Break the connection: before any answer; in the middle of a body whose length was said (`during`) or was not
   * (`chunked`); or after the whole body, of which less comes than the headers say (`short`).
   */
  readonly cut?: 'before' | 'during' | 'chunked' | 'short' | undefined
  /** Never answer. */
  readonly hang?: boolean
}

/** One request as the server saw it. */
export interface ScriptedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly form: Readonly<Record<string, string>>
  /** The assertion's claims and header, unverified. */
  readonly assertion:
    | { header: Record<string, unknown>; claims: Record<string, unknown> }
    | undefined
  readonly proof: { header: Record<string, unknown>; claims: Record<string, unknown> } | undefined
}

/** Decides the answer to the request with this number, counted from 0. */
export type Script = (request: ScriptedRequest, number: number) => ScriptedAnswer

/** A running server. */
export interface ScriptedServer {
  readonly orgUrl: string
  readonly requests: readonly ScriptedRequest[]
  readonly close: () => Promise<void>
}

/** A token answer as Okta gives it. */
export function tokenAnswer(body: Readonly<Record<string, unknown>> = {}): ScriptedAnswer {
  return {
    body: {
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: `TEST.ACCESS.TOKEN-${Math.floor(performance.now() * 1_000)}`,
      scope: 'okta.users.read',
      ...body,
    },
  }
}

/** Starts a server whose every request is answered by the script. @param options.onRequest - done before it is. */
export async function startScriptedServer(
  script: Script,
  { onRequest }: { readonly onRequest?: (() => Promise<void>) | undefined } = {},
): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const sent = await buffer(incoming).catch(() => undefined)
    // Who asked has gone.
    if (sent === undefined) return
    const form = Object.fromEntries(new URLSearchParams(sent.toString('utf8')))
    const request: ScriptedRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: sent,
      form,
      assertion: decodeJwt(form['client_assertion']),
      proof: decodeJwt(incoming.headers['dpop']),
    }
    requests.push(request)
    const answer = script(request, requests.length - 1)
    await onRequest?.()
    if (answer.hang) return
    if (answer.cut === 'before') return void incoming.socket.destroy()
    const body = bytesOf(answer.body)
    outgoing.writeHead(answer.status ?? 200, headersOf(answer, body))
    switch (answer.cut) {
      case undefined:
        return void outgoing.end(body)
      case 'short':
        return void outgoing.write(body, () => incoming.socket.destroy())
      default:
        outgoing.write(body.subarray(0, 10), () => incoming.socket.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    orgUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body)
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
}

/** Names and values in turn, as Node sends them unchanged. */
function headersOf({ body, headers, rawHeaders, cut }: ScriptedAnswer, sent: Buffer): string[] {
  if (rawHeaders !== undefined) return rawHeaders.flat()
  const all = {
    'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    ...headers,
    ...(cut === 'during' ? { 'content-length': String(sent.length + 100) } : {}),
  }
  return Object.entries(all).flat()
}

function decodeJwt(jwt: string | string[] | undefined): ScriptedRequest['assertion'] {
  if (typeof jwt !== 'string') return undefined
  const [header = '', claims = ''] = jwt.split('.')
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  return { header: parse(header), claims: parse(claims) }
}
