/** @module An org's management API: every request authorised, paced, repeated where that helps, and explained where it does not. */

import { decodeText } from '../base64url.ts'
import { type Clock, systemClock } from '../clock.ts'
import { randomFraction } from '../retry.ts'
import type { Authorization, Authorizer } from '../token/authorizer.ts'
import type { Credential } from '../token/credential.ts'
import { requestIdOf } from '../token/errors.ts'
import { createAuthorizer } from '../token/registry.ts'
import type { TokenStep } from '../token/steps.ts'
import {
  type AnswerHeaders,
  abortable,
  fetchTransport,
  readBody,
  type Transport,
  type UpstreamError,
  upstreamError,
} from '../transport.ts'
import { type OrgUrl, parseOrgUrl } from '../url/org.ts'
import { bucketOf } from './buckets.ts'
import {
  type Call,
  errorOf,
  type Failure,
  type Outcome,
  retryHeaders,
  waitBeforeNext,
} from './call.ts'
import { type ApiError, readRefusal } from './errors.ts'
import { type Page, type PageError, pageError } from './page.ts'
import { type BrokenPage, type PagesOptions, readPages } from './pages.ts'
import { Pacer } from './rate-limit.ts'
import {
  type OrgAnswer,
  type OrgRequest,
  parseAnswer,
  requestHeaders,
  requestUrl,
} from './request.ts'

/** Options of {@link Org}: the org and what signs in to it; the rest has defaults. */
export type OrgOptions = OrgSettings & OrgSignIn

/** What signs in: a credential, or an authorizer that may know more than one, or none. */
type OrgSignIn =
  | {
      readonly credential: Credential
      /** What authorises. Default: what the credential calls for. */
      readonly authorizer?: Authorizer
    }
  | { readonly credential?: undefined; readonly authorizer: Authorizer }

/** Where an org is and how it is called, whatever signs in to it. */
export interface OrgSettings {
  /** What a person types, or what `parseOrgUrl` gave. */
  readonly url: string
  /** Hosts that the operator allowed as custom domains. */
  readonly customDomains?: readonly string[]
  /** Allows a loopback org: the emulator. */
  readonly dev?: boolean
  readonly transport?: Transport
  readonly clock?: Clock
  /** A number in [0, 1), for jitter. */
  readonly random?: () => number
  /** Shared by everything that uses the connection. Default: one of its own. */
  readonly pacer?: Pacer
  /** The longest one attempt may take. Default 60 s: Okta gives up on its own queries after 30. */
  readonly timeoutMs?: number
  readonly onTokenStep?: (step: TokenStep) => void
  readonly onStep?: (step: OrgStep) => void
  /** Told as each request leaves how long it waited for its turn, in milliseconds. */
  readonly onSend?: (waitedMs: number) => void
}

/** An attempt that brought nothing usable, for whoever shows or logs it. */
export interface OrgStep {
  readonly step: 'failed'
  /** `GET /api/v1/users` */
  readonly what: string
  readonly attempt: number
  readonly error: ApiError | UpstreamError | PageError
  /**
   * How long is waited before the next attempt; 0 where the pacer decides it. Absent when the request has no next attempt;
   * where its page has one, a step of the page follows.
   */
  readonly waitMs?: number
}

const DEFAULT_TIMEOUT_MS = 60_000
const MAX_BYTES = 32 * 1024 * 1024

/**
 * The management API of one org, and the only place that calls it.
 *
 * Nothing leaves for another origin, no redirect is followed, and every attempt has an authorisation of its own.
 *
 * @example
 * const org = new Org({ url: 'acme.okta.com', credential })
 * for await (const user of org.list('/api/v1/users', { limit: 200 })) …
 */
export class Org {
  readonly url: OrgUrl
  readonly authorizer: Authorizer
  readonly pacer: Pacer
  readonly clock: Clock
  readonly #options: OrgOptions
  readonly #transport: Transport
  readonly #random: () => number

  /**
   * @throws {OrgUrlError} for a URL that is no org's.
   * @throws {CredentialError} for a credential that no org could accept.
   */
  constructor(options: OrgOptions) {
    const { url, customDomains = [], dev = false, onTokenStep: onStep } = options
    this.#options = options
    this.#transport = options.transport ?? fetchTransport
    this.clock = options.clock ?? systemClock
    this.#random = options.random ?? randomFraction
    const [transport, clock, random] = [this.#transport, this.clock, this.#random]
    this.url = parseOrgUrl(url, { customDomains, dev }).org
    this.pacer = options.pacer ?? new Pacer({ clock, random })
    const more = { org: this.url, transport, clock, random, onStep }
    this.authorizer =
      options.credential === undefined
        ? options.authorizer
        : (options.authorizer ?? createAuthorizer({ credential: options.credential, ...more }))
  }

  /** The same org for one of those who share it: who signs in and who paces stay the same, what it sends is told. */
  watched(onSend: (waitedMs: number) => void): Org {
    const { pacer, authorizer } = this
    return new Org({ ...this.#options, credential: undefined, authorizer, pacer, onSend })
  }

  /**
   * Sends a request, again where that may help, and gives its answer.
   *
   * A 429 is waited out and repeated whatever the method, for nothing was done. A timeout, a broken connection, 502, 503
   * and 504 repeat what is idempotent; 500 repeats reads.
   *
   * @throws {ApiError} where the org refuses; the remedy says what to change.
   * @throws {UpstreamError} where no usable answer came within the attempts.
   * @throws {TokenError} where there is no token.
   * @throws {RequestError} for a path that does not stay on the org, or a header that is not the caller's to set.
   */
  async request(request: OrgRequest): Promise<OrgAnswer> {
    const call = this.#callOf(request)
    for (;;) {
      const outcome = await this.#attempt(call)
      if (outcome.kind === 'answered') {
        const { status, headers, body } = outcome
        const { attempts, waitedMs, what } = call
        const json = () => parseAnswer(body, what)
        return { status, headers, body, attempts, waitedMs, json, ...requestIdOf(headers) }
      }
      if (!(await this.#isCured(call, outcome))) await this.#waitOrThrow(call, outcome)
    }
  }

  /**
   * Sends a request once, and gives its answer whatever it is: for a caller that reads refusals itself. Only what another
   * authorisation may cure is sent again.
   *
   * @throws {UpstreamError} where no answer came.
   * @throws {TokenError | RequestError} as `request` does.
   */
  async exchange(request: OrgRequest): Promise<Omit<OrgAnswer, 'json'>> {
    const call = this.#callOf(request)
    for (;;) {
      const outcome = await this.#attempt(call)
      if (outcome.kind === 'lost') throw outcome.error
      if (outcome.kind === 'refused' && (await this.#isCured(call, outcome))) continue
      const { status, headers, body } = outcome
      const { attempts, waitedMs } = call
      return { status, headers, body, attempts, waitedMs, ...requestIdOf(headers) }
    }
  }

  /**
   * The pages of a list, one after the other; each is asked for when it is wanted.
   *
   * A page is given whole or not at all. One that comes damaged, too big or not at all is asked for again, smaller where
   * that may help. Whoever keeps the `cursor` of the last page it got goes on there after any failure, without a gap and
   * without a record twice.
   *
   * @throws {PageError} for a page or a link that cannot be used; and what `request` throws.
   */
  pages(path: string, options: PagesOptions = {}): AsyncGenerator<Page, void, undefined> {
    const sleep = (waitMs: number) => this.clock.sleep(waitMs, { signal: options.signal })
    const onBrokenPage = (broken: BrokenPage) => {
      const what = `GET ${requestUrl(this.url, path).pathname}`
      this.#options.onStep?.({ step: 'failed', what, ...broken })
    }
    return readPages(this, path, { ...options, sleep, random: this.#random, onBrokenPage })
  }

  /**
   * The records of a list, parsed.
   *
   * @throws {PageError} for a page, a link or a record that cannot be used; and what `request` throws.
   */
  async *list(path: string, options: PagesOptions = {}): AsyncGenerator<unknown, void, undefined> {
    for await (const { records } of this.pages(path, options)) {
      for (const record of records) yield parseRecord(record)
    }
  }

  #callOf(request: OrgRequest): Call {
    const method = (request.method ?? 'GET').toUpperCase()
    const url = requestUrl(this.url, request.path, request.query)
    return {
      request,
      url,
      what: `${method} ${url.pathname}`,
      bucket: bucketOf(method, url.pathname).name,
      headers: requestHeaders(request),
      api: { method, url: url.href, signal: request.signal },
      attempts: 0,
      failures: 0,
      rateLimited: 0,
      waitedMs: 0,
    }
  }

  async #attempt(call: Call): Promise<Outcome> {
    const { priority = 'interactive', signal } = call.request
    const permit = await this.pacer.acquire(call.bucket, { priority, signal })
    call.attempts++
    call.waitedMs += permit.waitedMs
    this.#options.onSend?.(permit.waitedMs)
    let outcome: Outcome | undefined
    try {
      outcome = await this.#send(call, await this.authorizer.authorize(call.api))
      return outcome
    } finally {
      const answer = outcome?.kind === 'lost' ? outcome.heard : outcome
      permit.release(answer && { ...answer, orgTime: this.authorizer.now() })
    }
  }

  async #send(call: Call, used: Authorization): Promise<Outcome> {
    const { request, api, url } = call
    const timeout = AbortSignal.timeout(
      request.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    )
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
    const { host } = url
    let heard: { readonly status: number; readonly headers: AnswerHeaders } | undefined
    try {
      const sent = this.#transport({
        method: api.method,
        url: api.url,
        headers: { ...call.headers, ...retryHeaders(call), ...used.headers.reveal() },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal,
      })
      // The timeout holds for a transport that does not look at the signal, too.
      const { status, headers, body: stream } = await abortable(sent, signal)
      heard = { status, headers }
      this.authorizer.observe?.(headers)
      const maxBytes = request.maxBytes ?? MAX_BYTES
      const body = await readBody({ status, headers, body: stream }, { maxBytes, host, signal })
      if (status >= 200 && status < 300) return { kind: 'answered', status, headers, body }
      const refusal = readRefusal(status, headers, body)
      return { kind: 'refused', status, headers, body, refusal, used }
    } catch (thrown) {
      request.signal?.throwIfAborted()
      const error = upstreamError(timeout.aborted ? timeout.reason : thrown, host)
      return { kind: 'lost', error, heard }
    }
  }

  /** Whether the same request, authorised anew, may pass. */
  async #isCured(call: Call, outcome: Failure): Promise<boolean> {
    if (outcome.kind === 'lost') return false
    const { status, headers, used, refusal } = outcome
    call.firstRequestId ??= refusal.requestId
    const answer = { status, headers, oktaCode: refusal.errorCode }
    return this.authorizer.shouldRetry(call.api, used, answer)
  }

  /** Waits as long as a failed attempt calls for. @throws the failure when another attempt would not help. */
  async #waitOrThrow(call: Call, outcome: Failure): Promise<void> {
    const { what, attempts: attempt } = call
    const error = errorOf(what, outcome)
    const orgTime = this.authorizer.now()
    const waitMs = waitBeforeNext(call, outcome, { orgTime, random: this.#random })
    const step = { step: 'failed', what, attempt, error } as const
    this.#options.onStep?.(waitMs === undefined ? step : { ...step, waitMs })
    if (waitMs === undefined) throw error
    call.waitedMs += waitMs
    if (waitMs > 0) await this.clock.sleep(waitMs, { signal: call.request.signal })
  }
}

function parseRecord(record: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(record))
  } catch {
    // The parser's own message quotes the text.
    throw pageError(
      'page_not_json',
      'A record of the page is not JSON.',
      'Ask again from the same cursor; where that keeps happening, check the proxies on the way.',
    )
  }
}
