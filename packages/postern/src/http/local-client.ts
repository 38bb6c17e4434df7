/** @module Requests to a server of our own on this machine. On Node's own client, which loads in a tenth of undici's time. */

import http, { type ClientRequest, type IncomingMessage } from 'node:http'

/** A server on this machine. */
export interface LocalServer {
  /** Its base URL, without a slash at its end. */
  readonly url: string
  /** The PEM certificate that it must show, where it speaks TLS. */
  readonly certificate?: string | undefined
}

/** One request. */
export interface LocalRequest {
  readonly method: string
  /** From the root on, with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Its answer. */
export interface LocalAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request. Rejects with the platform's error where the server cannot be reached. */
export async function sendLocally(
  server: LocalServer,
  { method, path, headers, body, signal }: LocalRequest,
): Promise<LocalAnswer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const request = await openLocally(server, {
    ...{ method, path, headers: { ...headers, ...length }, signal },
  })
  return new Promise((resolve, reject) => {
    request.on('response', (message) => resolve(answerOf(message)))
    request.on('error', reject)
    request.end(body)
  })
}

/** A request whose body its caller writes. */
export interface OpenedRequest extends Pick<LocalRequest, 'method' | 'path' | 'signal'> {
  /** By name; or names and values in turn, Host among them. */
  readonly headers: Readonly<Record<string, string>> | readonly string[]
  /** Whether the connection is kept for the next request. Default: one that ends with the answer. */
  readonly keepAlive?: boolean
}

/** Begins a request. */
export async function openLocally(
  { url, certificate }: LocalServer,
  { keepAlive = false, method, path, signal, ...opened }: OpenedRequest,
): Promise<ClientRequest> {
  const { hostname, port } = new URL(url)
  const headers = opened.headers as Record<string, string>
  const request = { host: hostname.replace(/^\[|\]$/g, ''), port, method, path, headers, signal }
  if (certificate === undefined) {
    const agent = keepAlive && http.globalAgent
    return http.request({ ...request, agent })
  }
  // TLS takes longer to load than the whole rest, and loopback needs none as a rule.
  const https = await import('node:https')
  // Connections of its own kind, told apart by what they are pinned to, are not pooled: the agent does not know the pin.
  return https.request({ ...request, agent: false, ...pinned(certificate) })
}

/** Only this certificate will do, whatever name it is for: it is made for the name that others know the server by. */
function pinned(certificate: string) {
  return {
    ca: certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host: string, { raw }: { readonly raw: Buffer }) =>
      raw.equals(derOf(certificate)) ? undefined : new Error('Another certificate is shown.'),
  }
}

/** The first certificate of a PEM. */
function derOf(pem: string): Buffer {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem) ?? []
  return Buffer.from(base64, 'base64')
}

function answerOf(message: IncomingMessage): LocalAnswer {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ])
  return { status: message.statusCode ?? 0, headers: Object.fromEntries(headers), body: message }
}
