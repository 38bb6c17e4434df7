/** @module The org that is asked: calls of its API and token requests, plain and odd, one after the other. */

import {
  ApiError,
  type Authorizer,
  type Clock,
  type Credential,
  Org,
  Secret,
  type ServiceAppCredential,
  type Transport,
  UpstreamError,
} from '@postern/core'
import { ExchangeLog, type Seen } from './exchange-log.ts'
import { type OddTokenRequest, TokenRequests } from './token-requests.ts'

/** Who calls: the credential, nobody, or somebody with a token that no org has made. */
export type Caller = 'credential' | 'nobody' | 'made-up-token'

/** What a subject is made of. */
export interface SubjectOptions {
  readonly url: string
  readonly credential: Credential
  readonly transport: Transport
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly customDomains?: readonly string[]
}

// The form of a token and nothing in it.
const MADE_UP_TOKEN = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJub2JvZHkifQ', 'bm8gc2lnbmF0dXJl'].join(
  '.',
)

/** An org under comparison. Nothing that it is asked changes it. */
export class Subject {
  readonly exchanges: ExchangeLog
  readonly #options: SubjectOptions
  readonly #org: Org
  readonly #tokens: TokenRequests | undefined

  constructor(options: SubjectOptions) {
    const { transport, credential, clock, signal } = options
    this.#options = options
    this.exchanges = new ExchangeLog(transport)
    this.#org = this.#open()
    this.#tokens =
      credential.kind === 'service-app'
        ? new TokenRequests({
            org: this.#org.url,
            credential,
            exchanges: this.exchanges,
            clock,
            signal,
          })
        : undefined
  }

  /** The service app that asks; undefined where an API token does. */
  get serviceApp(): ServiceAppCredential | undefined {
    const { credential } = this.#options
    return credential.kind === 'service-app' ? credential : undefined
  }

  /**
   * Signs in once, so that a credential that is refused is said to be, and not asked about thirty times.
   *
   * @throws {TokenError | ApiError} where the org does not take it.
   */
  async signIn(): Promise<void> {
    try {
      await this.#org.request({ path: '/api/v1/users/me', signal: this.#options.signal })
    } catch (error) {
      if (!(error instanceof ApiError) || error.okta.status === 401) throw error
      // A service app has no user, which is no matter here.
    }
    this.exchanges.takeDescriptions()
  }

  /** Reads a path, whatever the answer. */
  async get(
    path: string,
    query: Readonly<Record<string, string | number>> = {},
    caller: Caller = 'credential',
  ): Promise<Seen> {
    const org = caller === 'credential' ? this.#org : this.#open(strangers[caller])
    try {
      await org.request({ path, query, signal: this.#options.signal, onServerError: 'throw' })
    } catch (error) {
      // Any answer is one to judge; where none came there is nothing to compare.
      const isAnswer = error instanceof ApiError || isRefusal(error)
      if (!isAnswer) throw error
    }
    return this.exchanges.last
  }

  /** Asks for a token, and does something on purpose that nobody would. @throws for an API token. */
  async requestToken(odd: OddTokenRequest = {}): Promise<Seen> {
    if (this.#tokens === undefined) throw new Error('An API token asks for no tokens.')
    return this.#tokens.request(odd)
  }

  /** The org's time, at most a second and the way there behind. */
  orgNow(): Date {
    return this.#tokens?.orgNow() ?? this.#org.authorizer.now()
  }

  wait(waitMs: number): Promise<void> {
    return this.#options.clock.sleep(waitMs, { signal: this.#options.signal })
  }

  #open(headers?: Readonly<Record<string, string>>): Org {
    const { url, credential, clock, customDomains = [] } = this.#options
    return new Org({
      url,
      credential,
      clock,
      customDomains,
      dev: true,
      transport: this.exchanges.send,
      ...(headers === undefined
        ? {}
        : { pacer: this.#org.pacer, authorizer: stranger(this.#org, headers) }),
    })
  }
}

const strangers: Readonly<Record<Exclude<Caller, 'credential'>, Readonly<Record<string, string>>>> =
  { nobody: {}, 'made-up-token': { authorization: `Bearer ${MADE_UP_TOKEN}` } }

/** Authorises with these headers and never anew. */
function stranger({ url, authorizer }: Org, headers: Readonly<Record<string, string>>): Authorizer {
  return {
    org: url,
    authorize: async () => ({ headers: new Secret(headers) }),
    shouldRetry: async () => false,
    now: () => authorizer.now(),
  }
}

/** Whether a status came that is none of the API's own refusals. */
function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && typeof error.details['status'] === 'number'
}
