/** @module Requests as no well-behaved client sends them: any Host, any target, header by header. */

import { request } from 'node:http'

/** One answer. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly code: unknown
}

/** Sends a GET with these header lines. */
export function sendRaw(
  url: string,
  options: {
    readonly path?: string
    readonly headers?: Readonly<Record<string, string | readonly string[]>>
  },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: options.path ?? '/openapi.json',
        headers: { host: new URL(url).host, ...options.headers } as Record<string, string>,
        agent: false,
      },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        const { statusCode: status = 0, headers } = answer
        const code = status < 400 ? undefined : JSON.parse(text).code
        resolve({ status, headers, code })
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}
