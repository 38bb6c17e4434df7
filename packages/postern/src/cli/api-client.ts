/** @module The API as commands call it, wherever it runs: JSON there and back, and every refusal an error with its remedy. */

import type { LocalAnswer, LocalRequest } from '../http/local-client.ts'
import { ApiProblem, problemOf } from './api-problem.ts'

/** Sends a request to the API, with what it takes to be let in. */
export type SendToApi = (request: LocalRequest) => Promise<LocalAnswer>

/** A way to the API, and how to leave it. */
export interface OpenedApi {
  readonly send: SendToApi
  readonly close: () => Promise<void>
}

/** What a line of a long answer is. The last one is the result or the problem. */
export type ApiLine<Event, Result> =
  | { readonly event: Event }
  | { readonly result: Result }
  | { readonly problem: unknown }

const PAGE_ROWS = 100

/**
 * A client of the API. What it gives is believed to be of the type that is asked for: the other side is this program, in the
 * same version.
 */
export class ApiClient implements AsyncDisposable {
  readonly #api: OpenedApi
  readonly #signal: AbortSignal

  constructor({ signal, ...api }: OpenedApi & { readonly signal: AbortSignal }) {
    this.#api = api
    this.#signal = signal
  }

  /**
   * Calls a route and gives its answer; undefined for one without a body.
   *
   * @param path - from `/v1` on; what stands in it is encoded already.
   * @throws {ApiProblem} what the API refused.
   */
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.#request({ method, path, body, accept: 'application/json' })
    return parse(await textOf(answer), answer.status) as Answer
  }

  /**
   * The rows of a list, of all its pages.
   *
   * @param list.rows - the member of each answer that has them.
   * @param list.cursor - the member of the query that takes `next` of the page before.
   */
  async list<Row>(
    path: string,
    { rows, cursor }: { readonly rows: string; readonly cursor: string },
  ): Promise<readonly Row[]> {
    const all: Row[] = []
    const query = new URLSearchParams({ limit: String(PAGE_ROWS) })
    for (;;) {
      const page = await this.call<Readonly<Record<string, unknown>>>('GET', `${path}?${query}`)
      all.push(...(page[rows] as readonly Row[]))
      const { next } = page
      if (typeof next !== 'string') return all
      query.set(cursor, next)
    }
  }

  /**
   * Calls a route that takes long, gives what it tells on the way, and returns its result.
   *
   * @throws {ApiProblem} what the API refused, at the beginning or at the end; `server_stopped` where it ended in between.
   */
  async *stream<Event, Result>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<Event, Result> {
    const answer = await this.#request({
      ...{ method, path, body, headers },
      accept: 'application/jsonl',
    })
    for await (const text of linesOf(answer)) {
      const line = parse(text, answer.status) as ApiLine<Event, Result>
      if ('problem' in line) throw problemOf(line.problem, answer.status)
      if ('result' in line) return line.result
      yield line.event
    }
    throw stopped()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api.close()
  }

  /** Sends a request and gives its answer, a refusal too. @param signal - beside that of the client. */
  send(
    { method, path, body, accept, headers }: ApiCall,
    signal?: AbortSignal,
  ): Promise<LocalAnswer> {
    const content = body === undefined ? {} : { 'content-type': 'application/json' }
    return this.#api.send({
      method,
      path,
      headers: { ...headers, accept, ...content },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? this.#signal : AbortSignal.any([this.#signal, signal]),
    })
  }

  /** The error that an answer which is a refusal stands for. */
  async problemOf(answer: LocalAnswer): Promise<ApiProblem> {
    const text = await textOf(answer)
    return problemOf(isJson(answer) ? parse(text, answer.status) : undefined, answer.status)
  }

  /** An answer that is no refusal. */
  async #request(call: ApiCall): Promise<LocalAnswer> {
    const answer = await this.send(call)
    if (answer.status >= 400) throw await this.problemOf(answer)
    return answer
  }
}

/** A request to the API. */
interface ApiCall {
  readonly method: string
  readonly path: string
  /** Sent as JSON. */
  readonly body: unknown
  readonly accept: string
  /** Beside those that a body and its answer need. */
  readonly headers?: Readonly<Record<string, string>>
}

function isJson({ headers }: LocalAnswer): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/.test(headers['content-type'] ?? '')
}

function parse(text: string, status: number): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw problemOf(undefined, status)
  }
}

async function textOf(answer: LocalAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(answer)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function* linesOf(answer: LocalAnswer): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunksOf(answer)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
  if (rest !== '') yield rest
}

/** The body, whose end before its time is a server that stopped. */
async function* chunksOf({ body }: LocalAnswer): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error
    throw stopped(error)
  }
}

function stopped(cause?: unknown): ApiProblem {
  return new ApiProblem('server_stopped', 'The server stopped before it had answered.', {
    remedy:
      'Start it again with postern start, look at what was done with postern audit list, and run the command again.',
    status: 503,
    cause,
  })
}
