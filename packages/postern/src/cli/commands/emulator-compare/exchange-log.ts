/** @module What an org answered, as far as a probe judges it, and as little of it as a report may say. */

import { type AnswerHeaders, showHostile, type Transport } from '@postern/core'

/** One answer as a probe sees it. Only its description leaves the machine. */
export interface Seen {
  readonly status: number
  readonly headers: AnswerHeaders
  /** The body's JSON; undefined where there is no body, or one of another kind. */
  readonly json: unknown
  readonly isEmpty: boolean
}

const MAX_BYTES = 32 * 1024 * 1024

/** Keeps the last answer of a transport, whatever is made of it behind. */
export class ExchangeLog {
  readonly #transport: Transport
  #last: Seen | undefined
  readonly #descriptions: string[] = []

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sends as the transport it was made with, and keeps what comes. */
  readonly send: Transport = async (request) => {
    const { status, headers, body } = await this.#transport(request)
    const bytes = body === null ? new Uint8Array() : await readAll(body)
    const seen = { status, headers, json: parse(bytes), isEmpty: bytes.length === 0 }
    this.#last = seen
    const { pathname } = new URL(request.url)
    // A token that a probe needs on its way is no part of what it asks.
    if (!pathname.endsWith('/v1/token')) this.#descriptions.push(describeSeen(seen))
    return { status, headers, body: replay(bytes) }
  }

  /** @throws where nothing was answered yet. */
  get last(): Seen {
    if (this.#last === undefined) throw new Error('No answer has come yet.')
    return this.#last
  }

  /** Notes an answer that {@link send} leaves out. */
  note(seen: Seen): void {
    this.#descriptions.push(describeSeen(seen))
  }

  /** What came since the last time this was asked. */
  takeDescriptions(): readonly string[] {
    return this.#descriptions.splice(0)
  }
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    // What follows is cut; the JSON does not parse then, and the probe says that it is unclear.
    if (length > MAX_BYTES) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* replay(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** Okta's code for a refusal, or the `error` of an OAuth answer; undefined for a text of any other form. */
export function codeOf({ json, headers }: Seen): string | undefined {
  const { errorCode, error } = isRecord(json) ? json : {}
  const challenge = /\berror="([a-z_]{1,40})"/.exec(headers.get('www-authenticate') ?? '')?.[1]
  const said = [errorCode, error, challenge].find((code) => typeof code === 'string')
  return typeof said === 'string' && /^(?:E\d{7}|[a-z_]{1,40})$/.test(said) ? said : undefined
}

/** The rows of a list; undefined where the answer is none. */
export function rowsOf({ status, json }: Seen): readonly unknown[] | undefined {
  return status === 200 && Array.isArray(json) ? json : undefined
}

/** Whether a value has members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An answer as a report may say it: status, code, the body's kind, a count, and which of the known headers came. */
function describeSeen(seen: Seen): string {
  const { status, headers } = seen
  const known = knownHeaders.filter((name) => headers.has(name))
  const parts = [String(status), codeOf(seen), bodyKind(seen)]
  const named = known.length === 0 ? '' : `; ${known.join(', ')}`
  return showHostile(parts.filter((part) => part !== undefined).join(' ') + named)
}

// Names that Okta uses. Others could name a proxy, and with it the company behind it.
const knownHeaders = [
  'link',
  'etag',
  'retry-after',
  'dpop-nonce',
  'www-authenticate',
  'x-rate-limit-limit',
  'x-okta-request-id',
]

function bodyKind({ json, isEmpty }: Seen): string {
  if (isEmpty) return 'without a body'
  if (Array.isArray(json)) return `list of ${json.length}`
  return isRecord(json) ? 'object' : 'body that is no object'
}
