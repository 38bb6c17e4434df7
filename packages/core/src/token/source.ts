/** @module Where tokens come from: kept while they live, renewed before they end, asked for once however many want one. */

import { systemClock } from '../clock.ts'
import { randomFraction } from '../retry.ts'
import { fetchTransport } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import { checkServiceApp, requireScopes, type ServiceAppCredential } from './credential.ts'
import { TokenEndpoint, type TokenEndpointOptions } from './endpoint.ts'
import { TokenError } from './errors.ts'
import { Flight } from './flight.ts'
import type { TokenStep } from './steps.ts'
import type { Token } from './token.ts'
import { Turns } from './turns.ts'

/** Options of {@link TokenSource}: the org and the service app; the rest has defaults. */
export type TokenSourceOptions = Pick<TokenEndpointOptions, 'org' | 'credential'> &
  Partial<Omit<TokenEndpointOptions, 'org' | 'credential'>>

/** A kept token and the moment it arrived, on both clocks. */
interface Kept {
  readonly token: Token
  readonly arrivedMs: number
  readonly arrivedMonotonicMs: number
  /** Milliseconds of age from which it is renewed. */
  readonly renewAtAgeMs: number
  /** Got because the one before it was refused. */
  readonly forced: boolean
}

/** What is known for one set of scopes. */
interface Entry {
  kept?: Kept
  flight?: Flight<Token>
  refusal?: { readonly error: TokenError; readonly times: number; readonly untilMs: number }
  failedRenewals: number
  /** On the monotonic clock. */
  renewNotBeforeMs: number
}

// Renewal starts at 70 to 80 % of a token's life: an hour's token then survives ten minutes of outage, and many
// processes that started together do not ask together.
const RENEWAL_STARTS = 0.7
const RENEWAL_JITTER = 0.1

// A token handed out has to live through the request it is for.
const MAX_RESERVE_MS = 10_000

const RENEWAL_PAUSE_MS = 5_000
const MAX_RENEWAL_PAUSE_MS = 60_000

// A token that is refused this soon after a forced renewal shows that a new token is not the cure.
const FORCED_RENEWAL_PAUSE_MS = 60_000

const REFUSAL_PAUSE_MS = 1_000
const MAX_REFUSAL_PAUSE_MS = 30_000

const MAX_SCOPE_SETS = 64

// Whoever may choose scopes may choose more sets than are kept, and the org counts each request.
const MAX_OTHERS_AT_ONCE = 4

/**
 * Gives tokens for one service app of one org.
 *
 * One request however many ask at once, and of other scopes than the credential's few at a time; a kept token while it lives; renewal
 * in the background, while the present token is handed out even if renewal fails. Tokens and the DPoP key live in memory only.
 */
export class TokenSource {
  readonly endpoint: TokenEndpoint
  readonly #options: TokenEndpointOptions
  /** That of the credential's own scopes, which are asked for most. */
  readonly #ownKey: string
  // The set used last is the last of these.
  readonly #entries = new Map<string, Entry>()
  readonly #others = new Turns(MAX_OTHERS_AT_ONCE)
  readonly #keptBy = new WeakMap<Token, Kept>()
  #latest: readonly [key: string | undefined, entry: Entry] = [undefined, newEntry()]

  /**
   * @throws {CredentialError | AssertionError | TokenUrlError} for a credential that no token endpoint could accept.
   * @throws {OrgUrlError} for an org that `parseOrgUrl` did not make.
   */
  constructor(options: TokenSourceOptions) {
    checkServiceApp(options.credential)
    const { org, credential, onStep } = options
    this.#options = {
      org,
      credential,
      transport: options.transport ?? fetchTransport,
      clock: options.clock ?? systemClock,
      random: options.random ?? randomFraction,
      timeoutMs: options.timeoutMs ?? 30_000,
      ...(options.maxFailures === undefined ? {} : { maxFailures: options.maxFailures }),
      onStep: onStep && heedless(onStep),
    }
    this.endpoint = new TokenEndpoint(this.#options)
    this.#ownKey = keyOf(credential.scopes)
  }

  get org(): OrgUrl {
    return this.#options.org
  }

  get credential(): ServiceAppCredential {
    return this.#options.credential
  }

  /**
   * A token that is valid now: the kept one, or a new one.
   *
   * @param options.scopes - Default: the credential's.
   * @throws {TokenError | UpstreamError} when there is no valid token and none could be had.
   * @throws {CredentialError} `scope_empty`
   */
  async token(options?: {
    readonly scopes?: readonly string[] | undefined
    readonly signal?: AbortSignal | undefined
  }): Promise<Token> {
    const scopes = options?.scopes ?? this.credential.scopes
    const kept = this.kept(scopes)
    if (kept !== undefined) return kept
    const signal = options?.signal
    signal?.throwIfAborted()
    return this.#flight(this.#entry(scopes), scopes, false).join(signal)
  }

  /**
   * The token that is kept and valid now; undefined where one has to be asked for. It is renewed in the background as for
   * {@link TokenSource.token}.
   *
   * @param scopes - Default: the credential's.
   * @throws {CredentialError} `scope_empty`
   */
  kept(scopes: readonly string[] = this.credential.scopes): Token | undefined {
    requireScopes(scopes)
    const entry = this.#entry(scopes)
    if (entry.kept === undefined || this.#remainingMs(entry.kept) <= 0) return undefined
    this.#renewInBackground(entry, entry.kept, scopes)
    return entry.kept.token
  }

  /**
   * The token that is kept and valid now, of the credential's own set of scopes; undefined where there is none. Nothing is
   * renewed for the question.
   */
  held(): Token | undefined {
    const kept = this.#entries.get(this.#ownKey)?.kept
    return kept === undefined || this.#remainingMs(kept) <= 0 ? undefined : kept.token
  }

  /**
   * How long a token lives yet, in milliseconds, whatever this machine's clock was set to since it came; undefined for one that
   * another source gave.
   */
  lifeLeftMs(token: Token): number | undefined {
    const kept = this.#keptBy.get(token)
    if (kept === undefined) return undefined
    return Math.max(0, token.expiresInSeconds * 1_000 - this.#ageMs(kept))
  }

  /**
   * What to use after an API answered 401 to a request with `refused`: a newer token, or undefined when another token
   * would be refused as well. A token is renewed for this reason once; 401 `E0000015` (a feature the org does not have)
   * is no reason.
   */
  async renewAfterRefusal(
    refused: Token,
    answer: { readonly status: number; readonly oktaCode?: string | undefined },
    options?: {
      readonly scopes?: readonly string[] | undefined
      readonly signal?: AbortSignal | undefined
    },
  ): Promise<Token | undefined> {
    if (answer.status !== 401 || answer.oktaCode === 'E0000015') return undefined
    const scopes = options?.scopes ?? this.credential.scopes
    const entry = this.#entry(scopes)
    const { kept } = entry
    if (kept && kept.token !== refused && this.#remainingMs(kept) > 0) return kept.token
    if (kept?.forced && this.#ageMs(kept) < FORCED_RENEWAL_PAUSE_MS) return undefined
    return this.#flight(entry, scopes, true).join(options?.signal)
  }

  #entry(scopes: readonly string[]): Entry {
    const key = scopes === this.credential.scopes ? this.#ownKey : keyOf(scopes)
    const [latestKey, latest] = this.#latest
    if (key === latestKey) return latest
    const entry = this.#entries.get(key) ?? newEntry()
    this.#latest = [key, entry]
    this.#entries.delete(key)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size >= MAX_SCOPE_SETS && oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(key, entry)
    return entry
  }

  /** The request under way, or a new one. Its token is kept before anybody gets it. */
  #flight(entry: Entry, scopes: readonly string[], forced: boolean): Flight<Token> {
    if (entry.flight && !entry.flight.abandoned) return entry.flight
    const { clock } = this.#options
    const { refusal } = entry
    if (refusal && clock.monotonicMs() < refusal.untilMs) throw refusal.error
    const flight = new Flight(async (signal) => {
      try {
        const token = await this.#request(scopes, signal)
        entry.kept = this.#keep(token, forced)
        entry.failedRenewals = 0
        delete entry.refusal
        return token
      } catch (error) {
        if (error instanceof TokenError) this.#rememberRefusal(entry, error)
        throw error
      } finally {
        if (entry.flight === flight) delete entry.flight
      }
    })
    entry.flight = flight
    return flight
  }

  /** The credential's own set waits for no other. */
  #request(scopes: readonly string[], signal: AbortSignal): Promise<Token> {
    const ask = () => this.endpoint.request(scopes, signal)
    return keyOf(scopes) === this.#ownKey ? ask() : this.#others.run(ask, signal)
  }

  /** A refused client stays refused for a while: a caller in a loop hears it from here, a little longer each time. */
  #rememberRefusal(entry: Entry, error: TokenError): void {
    const times = (entry.refusal?.times ?? 0) + 1
    const pauseMs = Math.min(MAX_REFUSAL_PAUSE_MS, REFUSAL_PAUSE_MS * 2 ** (times - 1))
    entry.refusal = { error, times, untilMs: this.#options.clock.monotonicMs() + pauseMs }
  }

  #keep(token: Token, forced: boolean): Kept {
    const { clock, random } = this.#options
    const share = RENEWAL_STARTS + RENEWAL_JITTER * random()
    const kept: Kept = {
      token,
      forced,
      arrivedMs: clock.now().getTime(),
      arrivedMonotonicMs: clock.monotonicMs(),
      renewAtAgeMs: token.expiresInSeconds * 1_000 * share,
    }
    this.#keptBy.set(token, kept)
    return kept
  }

  #renewInBackground(entry: Entry, kept: Kept, scopes: readonly string[]): void {
    const { clock, random, onStep } = this.#options
    if (this.#ageMs(kept) < kept.renewAtAgeMs || entry.flight) return
    if (clock.monotonicMs() < entry.renewNotBeforeMs) return
    Promise.resolve()
      .then(() => this.#flight(entry, scopes, false).join())
      .catch((error: unknown) => {
        const pauseMs = Math.min(MAX_RENEWAL_PAUSE_MS, RENEWAL_PAUSE_MS * 2 ** entry.failedRenewals)
        const retryAfterMs = Math.round(pauseMs * (0.5 + 0.5 * random()))
        entry.failedRenewals++
        entry.renewNotBeforeMs = clock.monotonicMs() + retryAfterMs
        onStep?.({ step: 'renewal-failed', error, retryAfterMs })
      })
  }

  #remainingMs(kept: Kept): number {
    const lifetimeMs = kept.token.expiresInSeconds * 1_000
    return lifetimeMs - Math.min(MAX_RESERVE_MS, lifetimeMs / 10) - this.#ageMs(kept)
  }

  /** The larger of the ages on both clocks: neither a clock that is set nor a machine that slept makes a token younger. */
  #ageMs(kept: Kept): number {
    const { clock } = this.#options
    const wallMs = clock.now().getTime() - kept.arrivedMs
    return Math.max(wallMs, clock.monotonicMs() - kept.arrivedMonotonicMs)
  }
}

/** The same for the same scopes, in whatever order. */
function keyOf(scopes: readonly string[]): string {
  return [...new Set(scopes)].sort().join(' ')
}

function newEntry(): Entry {
  return { failedRenewals: 0, renewNotBeforeMs: Number.NEGATIVE_INFINITY }
}

/** The observer, whose own failures are no reason to fail a token request. */
function heedless(observe: (step: TokenStep) => void): (step: TokenStep) => void {
  return (step) => {
    try {
      observe(step)
    } catch {
      // The request goes on.
    }
  }
}
