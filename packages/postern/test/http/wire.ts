/** @module Servers for tests of the HTTP client: one that writes bytes as it is told, and how an answer is read whole. */

import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { AnswerHeaders, OrgUrl, Transport, TransportRequest } from '@postern/core'
import { onTestFinished } from 'vitest'

/** A loopback server of bytes, closed when the test is finished. */
export interface WireServer {
  readonly port: number
  readonly origin: OrgUrl
  /** What each connection sent, in order. */
  readonly received: readonly string[]
}

/** Writes the answer to one request: whatever comes after the end of its headers. */
export type Answer = (socket: Socket, requestNumber: number) => void

/** Starts a server; every request's headers are answered by `answer`. */
export async function startWireServer(answer: Answer, tls?: TlsOptions): Promise<WireServer> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  let requests = 0
  const listener = (socket: Socket) => {
    const connection = received.push('') - 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received[connection] += chunk.toString('latin1')
      if (chunk.includes('\r\n\r\n')) answer(socket, requests++)
    })
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  // A client that refuses the certificate goes without a word.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const origin = `${tls ? 'https' : 'http'}://localhost:${port}` as OrgUrl
  return { port, origin, received }
}

/** An answer of one piece, headers and body. */
export function whole(
  status: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Answer {
  const lines = Object.entries({ 'content-length': String(body.length), ...headers })
  const head = [`HTTP/1.1 ${status}`, ...lines.map(([name, value]) => `${name}: ${value}`), '', '']
  return (socket) => {
    socket.write(head.join('\r\n'))
    socket.write(body)
  }
}

/** A whole answer, or the code of the error there was instead. */
export async function readAll(
  transport: Transport,
  request: Partial<TransportRequest> & { readonly url: string },
): Promise<{ status: number; headers: AnswerHeaders; text: string }> {
  const answer = await transport({ method: 'GET', headers: {}, ...request })
  const chunks: Uint8Array[] = []
  for await (const chunk of answer.body ?? []) chunks.push(chunk)
  return { ...answer, text: Buffer.concat(chunks).toString('utf8') }
}

/** The code of what a promise rejects with; what it resolves to, where it does. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: { readonly code?: unknown }) => error.code ?? error)
}
