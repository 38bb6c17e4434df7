/** @module An org's management API: every request authorised, paced, repeated where that helps, and explained where it does not. */

import { type Clock, systemClock } from '../clock.ts'
import { randomFraction } from '../retry.ts'
import type { Authorizer } from '../token/authorizer.ts'
import type { Credential } from '../token/credential.ts'
import { requestIdOf } from '../token/errors.ts'
import { createAuthorizer } from '../token/registry.ts'
import type { TokenStep } from '../token/steps.ts'
import { abortable, fetchTransport, readBody, type Transport } from '../transport.ts'
import { type OrgUrl, parseOrgUrl } from '../url/org.ts'
import { Attempts, type AuthorizedRequest, type OrgStep, type Sender } from './attempts.ts'
import type { AnswerHead, Call, Lost, Refused } from './call.ts'
import type { Forwarded, ForwardedRequest, OpenAnswer } from './forward.ts'
import { type Page, parseRecord } from './page.ts'
import { type BrokenPage, type PagesOptions, readPages } from './pages.ts'
import { Pacer } from './rate-limit.ts'
import { type OrgAnswer, type OrgRequest, parseAnswer, requestUrl } from './request.ts'

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

const DEFAULT_TIMEOUT_MS = 60_000
const MAX_BYTES = 32 * 1024 * 1024
// Okta's error objects have a few hundred.
const MAX_REFUSAL_BYTES = 16_384

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
  readonly #attempts: Attempts

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
    this.#attempts = new Attempts({
      ...{ org: this.url, authorizer: this.authorizer, pacer: this.pacer, clock, random },
      onStep: options.onStep,
      onSend: options.onSend,
    })
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
   * and 504 repeat what is idempotent, which the deletion of a user is not; 500 repeats reads.
   *
   * @throws {ApiError} where the org refuses; the remedy says what to change.
   * @throws {UpstreamError} where no usable answer came within the attempts.
   * @throws {TokenError} where there is no token.
   * @throws {RequestError} for a path that does not stay on the org, or a header that is not the caller's to set.
   */
  async request(request: OrgRequest): Promise<OrgAnswer> {
    const call = this.#attempts.begin(request)
    const sender = this.#wholeSender(request)
    for (;;) {
      const outcome = await this.#attempts.make(call, sender)
      if (outcome.kind === 'answered') {
        const { status, headers, body } = outcome.answer
        const { attempts, waitedMs, what } = call
        const json = () => parseAnswer(body, what)
        return { status, headers, body, attempts, waitedMs, json, ...requestIdOf(headers) }
      }
      if (await this.#attempts.isCured(call, outcome)) continue
      const waitMs = this.#attempts.waitMs(call, outcome)
      if (waitMs === undefined) throw this.#attempts.errorOf(call, outcome)
      await this.#attempts.wait(call, outcome, waitMs)
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
    const call = this.#attempts.begin(request)
    const sender = this.#wholeSender(request)
    for (;;) {
      const outcome = await this.#attempts.make(call, sender)
      if (outcome.kind === 'lost') throw outcome.error
      if (outcome.kind === 'refused' && (await this.#attempts.isCured(call, outcome))) continue
      const { status, headers, body } = outcome.answer
      const { attempts, waitedMs } = call
      return { status, headers, body, attempts, waitedMs, ...requestIdOf(headers) }
    }
  }

  /**
   * Passes a request on, again where that may help and its body allows it, and gives its answer whatever it is as soon as
   * its head is there. Whether and when it is sent again is decided as for `request`.
   *
   * Its turn is over with the head of the answer: whoever reads the body slowly keeps nobody waiting.
   *
   * @param send - sends one attempt, body included, as it is told.
   * @throws {UpstreamError} where no answer came within the attempts.
   * @throws {TokenError | RequestError} as `request` does.
   */
  async forward<Answer extends OpenAnswer>(
    request: ForwardedRequest,
    send: (request: AuthorizedRequest) => Promise<Answer>,
  ): Promise<Forwarded<Answer>> {
    const call = this.#attempts.begin(request)
    const sender: Sender<Answer> = { send, beginningOf }
    for (;;) {
      const outcome = await this.#attempts.make(call, sender)
      const waitMs =
        outcome.kind === 'answered' ? undefined : await this.#beforeNext(call, outcome, request)
      if (outcome.kind === 'answered' || waitMs === undefined) {
        if (outcome.kind === 'lost') throw this.#attempts.errorOf(call, outcome)
        const { attempts, waitedMs, lost } = call
        const { answer, kind } = outcome
        const { status, headers } = answer
        const known = { answer, attempts, waitedMs, status, ...requestIdOf(headers) }
        return lost && kind === 'refused' ? { ...known, outcome: 'unknown' } : known
      }
      if (outcome.kind !== 'lost') outcome.answer.drop()
      await this.#attempts.wait(call, outcome, waitMs)
    }
  }

  /** Milliseconds until a request that is passed on may be sent once more; undefined where it may not. */
  async #beforeNext(
    call: Call,
    outcome: Refused<OpenAnswer> | Lost,
    request: ForwardedRequest,
  ): Promise<number | undefined> {
    try {
      // Asked for in any case: what is refused now may pass when somebody asks the next time.
      const isCured = await this.#attempts.isCured(call, outcome)
      if (!request.isRepeatable()) return undefined
      return isCured ? 0 : this.#attempts.waitMs(call, outcome)
    } catch (error) {
      if (outcome.kind === 'refused') outcome.answer.drop()
      throw error
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

  /** Sends with the body and the answer whole in memory. */
  #wholeSender({ body, timeoutMs, maxBytes = MAX_BYTES, signal: stop }: OrgRequest): Sender<Whole> {
    return {
      send: async (request, onHead) => {
        stop?.throwIfAborted()
        const timeout = AbortSignal.timeout(
          timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        )
        const signal = stop ? AbortSignal.any([stop, timeout]) : timeout
        try {
          const sent = this.#transport({
            ...request,
            body: body === undefined ? undefined : JSON.stringify(body),
            signal,
          })
          // The timeout holds for a transport that does not look at the signal, too.
          const answer = await abortable(sent, signal)
          onHead(answer)
          const { status, headers } = answer
          const { host } = new URL(this.url)
          return { status, headers, body: await readBody(answer, { maxBytes, host, signal }) }
        } catch (thrown) {
          throw timeout.aborted ? timeout.reason : thrown
        }
      },
      beginningOf: ({ body: bytes }) => bytes,
    }
  }
}

interface Whole extends AnswerHead {
  readonly body: Uint8Array<ArrayBuffer>
}

const nothing = new Uint8Array()

/** Of an answer that is still open only as much is read as tells whether another authorisation may cure it. */
async function beginningOf(answer: OpenAnswer): Promise<Uint8Array> {
  if (answer.status !== 401) return nothing
  try {
    return await answer.peek(MAX_REFUSAL_BYTES)
  } catch (thrown) {
    answer.drop()
    throw thrown
  }
}
