/** @module An answer as bytes on a connection: its headers, gzip, and the ways in which a fault delivers it. */

import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { gzip } from 'node:zlib'
import { type Answer, bodyOf } from './answer.ts'
import type { UnroutedRequest } from './exchange.ts'
import { type Giver, gatewayHeaders, type Headers, headersOf } from './headers.ts'
import type { Delivery, Loss } from './interceptor.ts'

// nginx compresses these and no others (ngx_http_gzip_filter_module), which the recordings bear out.
const COMPRESSED_STATUS = [200, 403, 404]

/** Sends an answer, or what a fault lets through of it. */
export async function sendAnswer(
  outgoing: ServerResponse,
  request: UnroutedRequest,
  answer: Answer,
  options: { readonly giver: Giver; readonly delivery?: Delivery | undefined },
): Promise<void> {
  const { delivery, giver } = options
  if (delivery?.kind === 'silence' || delivery?.kind === 'reset') return lose(outgoing, delivery)
  const body = bodyOf(answer)
  const headers: Headers = {
    Date: request.org.time.now().toUTCString(),
    ...connectionHeader(outgoing),
    ...headersOf(giver, answer.status, request.requestId),
    ...(body.length === 0 ? {} : { 'Content-Type': 'application/json' }),
    ...answer.headers,
  }
  const bytes = await encode(body, request, answer.status, headers)
  outgoing.sendDate = false
  outgoing.writeHead(answer.status, headers as Record<string, string | string[]>)
  await deliver(outgoing, bytes, delivery)
}

/** Ends an exchange without an answer. */
export function lose(outgoing: ServerResponse, { kind }: Loss): void {
  if (kind === 'reset') outgoing.socket?.resetAndDestroy()
}

/** Sends what nginx says by itself: a page of its own, whatever org was meant. */
export function sendGatewayPage(outgoing: ServerResponse, status: number, title: string): void {
  const page = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
  const headers = { ...gatewayHeaders(), 'Content-Type': 'text/html' }
  outgoing.writeHead(status, headers as Record<string, string>).end(page)
}

// Said by ourselves, or Node would add a Keep-Alive line that nginx does not have.
function connectionHeader({ shouldKeepAlive }: ServerResponse): Headers {
  return shouldKeepAlive ? { Connection: 'keep-alive' } : {}
}

async function encode(
  bytes: Buffer,
  request: UnroutedRequest,
  status: number,
  headers: Headers,
): Promise<Buffer> {
  const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const compressible = COMPRESSED_STATUS.includes(status) && bytes.length > 0
  if (!compressible) return bytes
  headers['Vary'] = 'Accept-Encoding'
  if (!accepted) return bytes
  headers['Content-Encoding'] = 'gzip'
  return new Promise((resolve, reject) => {
    gzip(bytes, { level: 1 }, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}

async function deliver(
  outgoing: ServerResponse,
  bytes: Buffer,
  delivery: Extract<Delivery, { kind: 'cut' | 'slow' }> | undefined,
): Promise<void> {
  if (delivery === undefined) return void outgoing.end(bytes)
  if (delivery.kind === 'cut') {
    const part = bytes.subarray(0, Math.floor(bytes.length * delivery.fraction))
    outgoing.write(part, () => outgoing.socket?.destroy())
    return
  }
  const size = Math.max(1, Math.ceil(bytes.length / delivery.pieces))
  for (let start = 0; start < bytes.length && !outgoing.destroyed; start += size) {
    await pause(outgoing, delivery.waitMs)
    outgoing.write(bytes.subarray(start, start + size))
  }
  outgoing.end()
}

// Ends with the connection, or a client that has gone would count among those that are served.
async function pause(outgoing: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController()
  const end = () => gone.abort()
  outgoing.once('close', end)
  await wait(ms, undefined, { ref: false, signal: gone.signal }).catch(() => undefined)
  outgoing.off('close', end)
}
