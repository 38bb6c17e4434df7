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

/**
 * Cuts a caller off who ends its half of the connection before it has the answer, where the end of the connection is the end
 * of the answer: Node would end the other half.
 */
export function cutOffAtHalf(
  { httpVersionMinor }: IncomingMessage,
  response: ServerResponse,
): void {
  const { socket } = response
  if (httpVersionMinor > 0 || socket === null) return
  const onEnd = () => cutOff(response)
  // Before Node's own, which has ended its half by then.
  socket.prependListener('end', onEnd)
  response.once('close', () => socket.off('end', onEnd))
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
