/** @module Callers who want a token, thousands at the same moment: each connection has several requests under way, one behind the other. */

import { connect, type Socket } from 'node:net'

/** One answer. */
export interface CallerAnswer {
  readonly status: number
  /** Of an answer of 200. */
  readonly accessToken: string | undefined
  /** Of any other. */
  readonly code: string | undefined
  /** How often it had been asked to come again. */
  readonly retries: number
}

/** What callers are told. */
export interface CallersOptions {
  readonly url: string
  readonly path: string
  readonly accessKey: string
  readonly callers: number
}

// So many requests are under way on one connection, and so few connections suffice for thousands.
const PER_CONNECTION = 20
const MAX_RETRIES = 60

/** Everybody asks at once; whoever is told to come again does. Resolves when all have their answers, in no order. */
export async function askTogether(options: CallersOptions): Promise<readonly CallerAnswer[]> {
  const { callers } = options
  const answers: CallerAnswer[] = []
  for (let left = callers, retries = 0; left > 0; retries++) {
    const sizes = Array.from({ length: Math.ceil(left / PER_CONNECTION) }, (_, index) =>
      Math.min(PER_CONNECTION, left - index * PER_CONNECTION),
    )
    const heard = await Promise.all(sizes.map((size) => askOn(options, size)))
    const all = heard.flat()
    const again = all.filter(({ status }) => mayComeAgain(status) && retries < MAX_RETRIES)
    answers.push(
      ...all.filter((answer) => !again.includes(answer)).map((answer) => ({ ...answer, retries })),
    )
    left = again.length
    const waitSeconds = Math.max(0, ...again.map(({ retryAfterSeconds }) => retryAfterSeconds))
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, waitSeconds * 1_000))
  }
  return answers
}

function mayComeAgain(status: number): boolean {
  return status === 429 || status === 503 || status === CUT_OFF.status
}

interface Heard extends Omit<CallerAnswer, 'retries'> {
  readonly retryAfterSeconds: number
}

const CUT_OFF: Heard = { status: 0, accessToken: undefined, code: undefined, retryAfterSeconds: 1 }

/** Sends requests on one connection, one behind the other without waiting, and reads their answers. */
function askOn(
  { url, path, accessKey }: CallersOptions,
  requests: number,
): Promise<readonly Heard[]> {
  const { hostname, port, host } = new URL(url)
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${accessKey}\r\ncontent-length: 0\r\n\r\n`
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port) })
    const answers: Heard[] = []
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      for (let read = readAnswer(text); read !== undefined; read = readAnswer(text)) {
        answers.push(read.answer)
        text = text.slice(read.length)
      }
      if (answers.length < requests) return
      socket.destroy()
      resolve(answers)
    })
    socket.once('error', reject)
    // On a machine that stands still the server gives a connection up: whoever was not answered comes again.
    socket.once('close', () =>
      resolve([...answers, ...Array<Heard>(requests - answers.length).fill(CUT_OFF)]),
    )
    socket.write(head.repeat(requests))
  })
}

/** The first answer of a text, where it is there as a whole. */
function readAnswer(text: string): { readonly answer: Heard; readonly length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const [, size] = /^content-length: (\d+)\r?$/im.exec(head) ?? []
  if (size === undefined) throw new Error(`An answer without a length: ${head}`)
  const length = headEnd + 4 + Number(size)
  if (text.length < length) return undefined
  const json: Record<string, unknown> = JSON.parse(text.slice(headEnd + 4, length))
  const [, retryAfter = '1'] = /^retry-after: (\d+)\r?$/im.exec(head) ?? []
  const accessToken = json['accessToken']
  const code = json['code']
  return {
    length,
    answer: {
      status: Number(head.slice('HTTP/1.1 '.length).slice(0, 3)),
      accessToken: typeof accessToken === 'string' ? accessToken : undefined,
      code: typeof code === 'string' ? code : undefined,
      retryAfterSeconds: Number(retryAfter),
    },
  }
}
