/** @module Ends an answer before its end, so that nobody takes what came of it for the whole. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** A reset is an error for every reader, even one who takes the end of the connection for the end of the answer. */
export function cutOff(response: ServerResponse): void {
  const socket: Socket | null = response.socket
  if (socket === null || socket instanceof TLSSocket) response.destroy()
  else socket.resetAndDestroy()
}
