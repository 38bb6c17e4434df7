/** @module Asks the server that this page came from: JSON in, JSON or JSON lines out, and its problems as errors. */

/** What the server refused, as it said it. @see RFC 9457 - problem details */
export interface ServerProblem {
  readonly code: string
  readonly detail: string
  readonly remedy: string
  readonly status: number
  readonly details?: Readonly<Record<string, unknown>>
  /** What is wrong with each value, in the order of the form. */
  readonly problems?: readonly FieldProblem[]
}

/** What is wrong with one value. */
export interface FieldProblem {
  /** The member of the request's JSON. */
  readonly member: string
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** A request that was refused, or that got no answer. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly problem: ServerProblem

  constructor(problem: ServerProblem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** How the server is asked. */
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One request. */
export interface Asked {
  readonly method?: Method
  /** Below this origin. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Told of what happens on the way, where the answer comes in lines. */
  readonly onEvent?: (event: unknown) => void
  readonly signal?: AbortSignal
}

/** What the requests of a page have that is signed in by its cookie. */
export interface OwnWays {
  readonly credentials?: RequestCredentials
  readonly headers?: Readonly<Record<string, string>>
}

const LINES = 'application/jsonl'

/** Asks with a token that travels as a header: no cookie goes along, in a frame as little as anywhere. */
export class Client {
  /** What signs in; undefined before there is one. */
  token: string | undefined
  readonly #own: OwnWays
  #behindMs = 0

  constructor(own: OwnWays = {}) {
    this.#own = own
  }

  /** The time as the server has it, as far as its last answer said so: clocks of browsers are off. */
  now(): number {
    return Date.now() + this.#behindMs
  }

  /** @throws {RefusedError} for a refusal; for no answer at all, with the code `server_unreachable`. */
  async ask<Answer>(asked: Asked): Promise<Answer> {
    const { onEvent } = asked
    const response = await this.open(asked)
    const serverMs = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(serverMs)) this.#behindMs = serverMs - Date.now()
    if (response.headers.get('content-type')?.startsWith(LINES) === true) {
      return (await readLines(response, onEvent)) as Answer
    }
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok) return answer as Answer
    throw new RefusedError(asProblem(answer, response.status))
  }

  /** The answer to a request, whatever it is. @throws {RefusedError} for no answer at all, `server_unreachable`. */
  async open({
    method = 'POST',
    path,
    body,
    headers: more,
    onEvent,
    signal,
  }: Asked): Promise<Response> {
    const headers: Record<string, string> = {
      accept: onEvent === undefined ? 'application/json' : `${LINES}, application/json`,
      ...more,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...this.#own.headers,
    }
    try {
      return await fetch(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        credentials: this.#own.credentials ?? 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: signal ?? null,
      })
    } catch {
      signal?.throwIfAborted()
      throw new RefusedError(unreachable)
    }
  }
}

const unreachable: ServerProblem = {
  code: 'server_unreachable',
  status: 0,
  detail: 'Postern did not answer.',
  remedy: 'See whether you are online, then try again.',
}

/** An answer that ends in the middle. */
export const brokenOff: ServerProblem = {
  ...unreachable,
  detail: 'The answer of Postern broke off.',
}

/** Reads `{ event }` lines, and the `{ result }` or `{ problem }` that ends them. */
async function readLines(response: Response, onEvent: Asked['onEvent']): Promise<unknown> {
  const lines = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>())
    .pipeThrough(new TextDecoderStream())
    .getReader()
  let rest = ''
  for (;;) {
    const { value = '', done } = await lines.read().catch(() => ({ value: '', done: true }))
    const parts = (rest + value).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      const { event, result, problem } = JSON.parse(line) as Partial<Record<string, unknown>>
      if (event !== undefined) onEvent?.(event)
      if (problem !== undefined) throw new RefusedError(asProblem(problem, response.status))
      if (result !== undefined) return result
    }
    if (done) throw new RefusedError(brokenOff)
  }
}

/** What a refusal says of itself. @param answer - its JSON. */
export function asProblem(answer: unknown, status: number): ServerProblem {
  if (typeof answer === 'object' && answer !== null && 'code' in answer)
    return answer as ServerProblem
  return {
    code: 'server_failed',
    status,
    detail: `The answer has the status ${status}, and no reason.`,
    remedy: 'Try again.',
  }
}
