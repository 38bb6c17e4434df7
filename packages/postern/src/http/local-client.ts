/** @module Requests to a server of our own on this machine. On Node's own client, which loads in a tenth of undici's time. */

import http, { type IncomingMessage } from 'node:http'

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
  { url, certificate }: LocalServer,
  { method, path, headers, body, signal }: LocalRequest,
): Promise<LocalAnswer> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const options = { method, headers: { ...headers, ...length }, signal, agent: false }
  const request =
    certificate === undefined
      ? http.request(url + path, options)
      : // TLS takes longer to load than the whole rest, and loopback needs none as a rule.
        (await import('node:https')).request(url + path, { ...options, ...pinned(certificate) })
  return new Promise((resolve, reject) => {
    request.on('response', (message) => resolve(answerOf(message)))
    request.on('error', reject)
    request.end(body)
  })
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
