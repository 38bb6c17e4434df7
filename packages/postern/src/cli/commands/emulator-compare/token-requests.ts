/** @module Token requests that are odd on purpose: a time that is ahead, a key that is not named, a nonce of one's own. */

import {
  assertionType,
  type Clock,
  DpopProver,
  formatScopes,
  type OrgUrl,
  type ServiceAppCredential,
  tokenUrl,
  upstreamError,
} from '@postern/core'
import { codeOf, type ExchangeLog, type Seen } from './exchange-log.ts'

/** What a token request has that others have not. */
export interface OddTokenRequest {
  /** Claims in the place of the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly kidLeftOut?: boolean
  /** Parameters of the form beside the usual ones, or in their place. */
  readonly form?: Readonly<Record<string, string>>
  /** Default `as-needed`: where the org asked for one before. */
  readonly proof?: 'as-needed' | 'always' | 'never' | 'with-made-up-nonce'
}

/** What token requests are made with. */
export interface TokenRequestsOptions {
  readonly org: OrgUrl
  readonly credential: ServiceAppCredential
  readonly exchanges: ExchangeLog
  readonly clock: Clock
  readonly signal: AbortSignal
}

const LIFETIME_SECONDS = 60
const BACKDATED_SECONDS = 10

/** Asks the org's own token endpoint, each time with a new assertion. */
export class TokenRequests {
  readonly #options: TokenRequestsOptions
  readonly #url: string
  #proofNeeded = false
  #prover: Promise<DpopProver> | undefined
  /** The org's `Date`, and when it came. */
  #date: { readonly orgMs: number; readonly atMs: number } | undefined

  constructor(options: TokenRequestsOptions) {
    this.#options = options
    this.#url = tokenUrl(options.org)
  }

  /** The org's time by the last `Date`, which is cut to the second; the machine's before there was one. */
  orgNow(): Date {
    const { clock } = this.#options
    const { orgMs, atMs } = this.#date ?? {
      orgMs: clock.now().getTime(),
      atMs: clock.monotonicMs(),
    }
    return new Date(orgMs + clock.monotonicMs() - atMs)
  }

  /** Sends a request, and once more where the org wants a proof or a nonce that the request is not about. */
  async request(odd: OddTokenRequest): Promise<Seen> {
    const { proof = 'as-needed' } = odd
    let seen = await this.#send(odd)
    const isAsked = () => seen.status === 400 && seen.headers.has('dpop-nonce')
    if (proof === 'as-needed' && !this.#proofNeeded && codeOf(seen) === 'invalid_dpop_proof') {
      this.#proofNeeded = true
      seen = await this.#send(odd)
    }
    const mayLearn = proof === 'always' || (proof === 'as-needed' && this.#proofNeeded)
    if (mayLearn && isAsked()) seen = await this.#send(odd)
    this.#options.exchanges.note(seen)
    return seen
  }

  async #send(odd: OddTokenRequest): Promise<Seen> {
    const { exchanges, signal, clock } = this.#options
    const proof = await this.#proof(odd.proof ?? 'as-needed')
    const sent = exchanges.send({
      method: 'POST',
      url: this.#url,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'postern',
        ...(proof === undefined ? {} : { dpop: proof }),
      },
      body: new URLSearchParams(await this.#form(odd)).toString(),
      signal,
    })
    await sent.catch((error: unknown) => {
      signal.throwIfAborted()
      throw upstreamError(error, new URL(this.#url).host)
    })
    const seen = exchanges.last
    const orgMs = Date.parse(seen.headers.get('date') ?? '')
    if (!Number.isNaN(orgMs)) this.#date = { orgMs, atMs: clock.monotonicMs() }
    if (odd.proof !== 'with-made-up-nonce') {
      const prover = await this.#prover
      prover?.learnNonce({ url: this.#url, endpoint: 'token' }, seen.headers)
    }
    return seen
  }

  async #form(odd: OddTokenRequest): Promise<Record<string, string>> {
    const { credential } = this.#options
    return {
      grant_type: 'client_credentials',
      scope: formatScopes(credential.scopes),
      client_assertion_type: assertionType,
      client_assertion: await this.#assertion(odd),
      ...odd.form,
    }
  }

  async #assertion({ claims, kidLeftOut }: OddTokenRequest): Promise<string> {
    const { clientId, key } = this.#options.credential
    const nowSeconds = Math.floor(this.orgNow().getTime() / 1_000)
    const header = { alg: key.alg, ...(kidLeftOut ? {} : { kid: key.kid }), typ: 'JWT' }
    const all = {
      iss: clientId,
      sub: clientId,
      aud: this.#url,
      jti: crypto.randomUUID(),
      iat: nowSeconds - BACKDATED_SECONDS,
      exp: nowSeconds + LIFETIME_SECONDS,
      ...claims,
    }
    const signed = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(all))}`
    return `${signed}.${encode(await key.sign(new TextEncoder().encode(signed)))}`
  }

  async #proof(kind: NonNullable<OddTokenRequest['proof']>): Promise<string | undefined> {
    if (kind === 'never' || (kind === 'as-needed' && !this.#proofNeeded)) return undefined
    const request = { method: 'POST', url: this.#url, endpoint: 'token' } as const
    if (kind === 'with-made-up-nonce') {
      const prover = await DpopProver.create()
      prover.learnNonce(request, new Headers({ 'dpop-nonce': 'no-nonce-of-the-org' }))
      return (await prover.prove({ ...request, now: this.orgNow() })).jwt
    }
    this.#prover ??= DpopProver.create()
    const prover = await this.#prover
    return (await prover.prove({ ...request, now: this.orgNow() })).jwt
  }
}

function encode(input: string | Uint8Array): string {
  return (typeof input === 'string' ? Buffer.from(input) : Buffer.from(input)).toString('base64url')
}
