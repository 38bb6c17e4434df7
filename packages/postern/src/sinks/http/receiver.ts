/** @module One request to a receiver, and what its status says. */

import type { AnswerHeaders, Clock, Transport, TransportResponse } from '@postern/core'
import { PosternError, showHostile, UpstreamError } from '@postern/core'
import { SinkError } from '../sink-error.ts'
import type { HttpAnswer, HttpRequest } from './format.ts'

/** What a {@link Receiver} needs. */
export interface ReceiverOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly timeoutMs: number
  /** Sent with each request: what proves who we are, and what the settings add. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** The answers that a request can be split for: the receiver refuses what is in it. */
export type Verdict = 'taken' | 'refused' | 'too-large'

// An answer of the bulk API names what is wrong with each of ten thousand records.
const MAX_ANSWER_BYTES = 16 * 2 ** 20
const MAX_RETRY_AFTER_MS = 3_600_000

/** What answers at a URL outside of Okta. */
export class Receiver {
  readonly #options: ReceiverOptions

  constructor(options: ReceiverOptions) {
    this.#options = options
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws {SinkError} unless the receiver took it, or refuses what is in it (400, 413, 422)
   */
  async send(
    request: HttpRequest,
    signal?: AbortSignal,
  ): Promise<HttpAnswer & { readonly verdict: Verdict }> {
    const answer = await this.#exchange(request, signal)
    const verdict = verdictOf(answer.status)
    if (verdict !== undefined) return { ...answer, verdict }
    throw refusal(answer, { host: new URL(request.url).host, now: this.#options.clock.now() })
  }

  async #exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    const { transport, timeoutMs, headers } = this.#options
    const { host } = new URL(request.url)
    const timeout = AbortSignal.timeout(timeoutMs)
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    try {
      const answer = await transport({
        ...request,
        method: 'POST',
        headers: { 'user-agent': 'postern', ...headers(), ...request.headers },
        signal: either,
      })
      return { status: answer.status, headers: answer.headers, text: await readText(answer) }
    } catch (error) {
      signal?.throwIfAborted()
      throw unreachable(error, { host, ...(timeout.aborted ? { timeoutMs } : {}) })
    }
  }
}

/** A body's text; its beginning, where there is no end to it. */
async function readText({ body }: TransportResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function verdictOf(status: number): Verdict | undefined {
  if (status >= 200 && status < 300) return 'taken'
  if (status === 400 || status === 422) return 'refused'
  return status === 413 ? 'too-large' : undefined
}

function unreachable(
  error: unknown,
  { host, timeoutMs }: { readonly host: string; readonly timeoutMs?: number },
): SinkError {
  if (timeoutMs !== undefined) {
    return new SinkError('sink_unreachable', `${host} did not answer within ${timeoutMs} ms.`, {
      remedy: 'Check the receiver, or raise timeoutMs where it needs longer.',
    })
  }
  // What is refused before or instead of an answer says itself what to do.
  if (error instanceof PosternError && !(error instanceof UpstreamError)) {
    const { message, remedy, code: reason } = error
    return new SinkError('sink_unreachable', message, { remedy, details: { reason }, cause: error })
  }
  const observed = `${host} gave no complete answer.`
  return new SinkError('sink_unreachable', observed, {
    remedy: 'Check that the receiver runs, and that it can be reached from here.',
    details: reasonOf(error),
    cause: error,
  })
}

function reasonOf(error: unknown): { readonly reason?: string } {
  const reason: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof reason === 'string' ? { reason: showHostile(reason, { maxCharacters: 64 }) } : {}
}

function refusal(
  { status, headers }: HttpAnswer,
  { host, now }: { readonly host: string; readonly now: Date },
): SinkError {
  const observed = `${host} answered ${status}.`
  const retryAfterMs = retryAfterOf(headers, now)
  const details = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (status === 401 || status === 403 || status === 407) {
    return new SinkError('sink_unauthorized', observed, {
      remedy: "Check the sink's token, or its user name and password.",
      details,
    })
  }
  if (status === 429) {
    return new SinkError('sink_rate_limited', observed, {
      remedy: 'Nothing needs to be done: the batch is sent again later.',
      details,
    })
  }
  if (status === 408 || status === 425 || (status >= 500 && status !== 501 && status !== 505)) {
    return new SinkError('sink_unreachable', observed, {
      remedy: 'Check the receiver; the batch is sent again meanwhile.',
      details,
    })
  }
  return new SinkError('sink_rejected', observed, {
    remedy: 'Check the URL and the format of the sink: this is no answer to records.',
    details,
  })
}

/** Milliseconds that the receiver asks for, an hour at most. A date counts from the receiver's own. @see RFC 9110, section 10.2.3 */
function retryAfterOf(headers: AnswerHeaders, now: Date): number | undefined {
  const asked = headers.get('retry-after')?.trim()
  if (asked === undefined || asked === '') return undefined
  const date = Date.parse(headers.get('date') ?? '')
  const from = Number.isNaN(date) ? now.getTime() : date
  const waitMs = /^\d{1,9}$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - from
  return Number.isNaN(waitMs) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs))
}
