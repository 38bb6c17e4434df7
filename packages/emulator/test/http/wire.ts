/** @module Requests and answers as bytes on a socket, for what `fetch` hides. */

import { connect } from 'node:net'

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number
  /** Every header line, its name as it was written. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  /** Behind the headers, chunks and all. */
  readonly body: string
}

/** Sends text over a socket of its own and takes what comes until the other side ends or `Connection: close` does. */
export function exchange(origin: string, text: string): Promise<string> {
  const { port, hostname } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(text, 'latin1')
  })
}

/** One request, after which the connection ends. */
export async function request(
  origin: string,
  firstLine: string,
  headers: readonly string[] = [],
  body = '',
): Promise<RawAnswer> {
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${new URL(origin).host}`]
  const lines = [`${firstLine} HTTP/1.1`, ...host, 'Connection: close', ...headers, '', body]
  return parseAnswer(await exchange(origin, lines.join('\r\n')))
}

/** Takes the bytes of an answer apart; a 100 that came before it is passed over. */
function parseAnswer(all: string): RawAnswer {
  const text = all.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  return {
    status: Number(first.split(' ')[1]),
    lines: lines.map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)] as const
    }),
    body: text.slice(end + 4),
  }
}

/** The values of a header, one for each line. */
export function valuesOf({ lines }: RawAnswer, name: string): readonly string[] {
  return lines.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value)
}
