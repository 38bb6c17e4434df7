/** @module Ends an answer before its end, so that nobody takes what came of it for the whole. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

// What TLS runs over, which alone can be reset.
const carriers = new WeakMap<Socket, Socket>()

/** A reset is an error for every reader, even one who takes the end of the connection for the end of the answer. */
export function cutOff(response: ServerResponse): void {
  const { socket } = response
  const carrier = socket instanceof TLSSocket ? carriers.get(socket) : socket
  if (carrier == null || carrier.destroyed) response.destroy()
  else carrier.resetAndDestroy()
}

/** Answers under way that end with their connection: HTTP/1.0 has nothing else to know the end of one by. */
export class UnframedAnswers {
  readonly #answers = new Set<ServerResponse>()

  /** Notes one, where it is one. Its caller is cut off who ends its half of the connection: Node would end the other half. */
  add({ httpVersionMinor }: IncomingMessage, response: ServerResponse): void {
    const { socket } = response
    if (httpVersionMinor > 0 || socket === null) return
    const onEnd = () => cutOff(response)
    // Before Node's own, which has ended its half by then.
    socket.prependListener('end', onEnd)
    this.#answers.add(response)
    response.once('close', () => {
      socket.off('end', onEnd)
      this.#answers.delete(response)
    })
  }

  /** Cuts off what is still under way. */
  cutOff(): void {
    for (const response of this.#answers) cutOff(response)
  }
}

/** Notes what each TLS connection of a server runs over. */
export function noteCarriers(server: TlsServer): void {
  const opened = new Map<string, Socket>()
  server.on('connection', (carrier: Socket) => {
    const name = nameOf(carrier)
    opened.set(name, carrier)
    carrier.once('close', () => {
      // The next one may have the same port by now.
      if (opened.get(name) === carrier) opened.delete(name)
    })
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    const carrier = opened.get(nameOf(socket))
    if (carrier !== undefined) carriers.set(socket, carrier)
  })
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
