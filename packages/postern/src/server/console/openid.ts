/** @module Signing in through an OpenID provider: authorization code with PKCE, state and nonce. */

import { type Clock, importKey, Secret, type Transport } from '@postern/core'
import { importJWK } from 'jose'
import * as client from 'openid-client'
import type { SignIn } from '../../config/sign-in.ts'
import { digestOf } from '../../store/digest.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { parseIssuer } from './issuer.ts'
import { type Claims, type Person, personOf } from './person.ts'
import { judgeAnswers } from './provider-answers.ts'
import { providerRefusal } from './provider-refusal.ts'
import { returnInvalid, stateInvalid } from './sign-in-error.ts'

/** What {@link OpenId} works with. */
export interface OpenIdOptions {
  readonly signIn: SignIn
  /** Where browsers reach this server. */
  readonly publicUrl: string
  readonly transport: Transport
  readonly clock: Clock
  /** Takes a provider on this machine, also over http. */
  readonly dev: boolean
}

/** A sign-in that has begun. */
export interface BegunSignIn {
  /** Where the browser goes. */
  readonly location: string
  /** What the browser keeps until it comes back. */
  readonly transaction: Secret
}

/** Where a provider sends a browser back to. */
export const callbackPath = '/v1/console/openid/callback'

/** For how long a person may take. */
export const signInSeconds = 600

const HOME = '/console/'
const MAX_RETURN_CHARACTERS = 1_024
const DISCOVERY_LIFE_MS = 60 * 60_000
const TIMEOUT_SECONDS = 10
const CLOCK_TOLERANCE_SECONDS = 60

interface Transaction {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly to: string
  readonly atMs: number
}

/** The provider of a server. */
export class OpenId {
  /** As the button shows it. */
  readonly name: string
  /** What a session of a person stands on: SHA-256 of who may do what by whose word. */
  readonly ground: Uint8Array
  readonly #options: OpenIdOptions
  /** Where browsers reach this server. */
  readonly origin: string
  readonly #issuer: URL
  #found: { readonly configuration: client.Configuration; readonly untilMs: number } | undefined

  /** @throws {OutboundError} and {@link SignInError} for an issuer that cannot be used. */
  constructor(options: OpenIdOptions) {
    const { signIn, dev } = options
    this.#options = options
    this.origin = new URL(options.publicUrl).origin
    this.#issuer = parseIssuer(signIn.issuer, { dev })
    this.name = signIn.name
    const { issuer, clientId, groupsClaim, groups, people } = signIn
    const said = { issuer, clientId, groupsClaim, groups: [...groups], people: [...people] }
    this.ground = digestOf(JSON.stringify(said))
  }

  /**
   * Begins a sign-in that goes on to a path of the console.
   *
   * @throws {SignInError} `sign_in_return_invalid`, `sign_in_provider_unreachable`, `sign_in_provider_invalid`
   */
  async begin(to: string = HOME): Promise<BegunSignIn> {
    const { signIn, clock } = this.#options
    const transaction: Transaction = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      to: ownPath(to, this.origin),
      atMs: clock.now().getTime(),
    }
    const configuration = await this.#discover()
    const { href: location } = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.origin + callbackPath,
      scope: signIn.scopes.join(' '),
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(transaction.verifier),
      code_challenge_method: 'S256',
    })
    const text = Buffer.from(JSON.stringify(transaction)).toString('base64url')
    return { location, transaction: new Secret(text) }
  }

  /**
   * Who came back from the provider.
   *
   * @param query - of the address that the browser came to.
   * @param text - what the browser kept; undefined where it has nothing.
   * @throws {SignInError}
   */
  async finish(
    query: string,
    text: string | undefined,
  ): Promise<{ readonly person: Person; readonly to: string }> {
    const { signIn, clock } = this.#options
    const kept = parseTransaction(text)
    const isLate = kept && clock.now().getTime() - kept.atMs >= signInSeconds * 1_000
    const url = new URL(this.origin + callbackPath + query)
    const states = url.searchParams.getAll('state')
    if (kept === undefined || isLate || states.length !== 1 || states[0] !== kept.state)
      throw stateInvalid()
    // The browser keeps it, and a browser is not trusted.
    const to = ownPath(kept.to, this.origin)
    const configuration = await this.#discover()
    const claims = await this.#claimsOf(configuration, url, kept).catch((error: unknown) => {
      throw providerRefusal(error, 'person')
    })
    return { person: personOf(claims, signIn), to }
  }

  async #claimsOf(
    configuration: client.Configuration,
    url: URL,
    { state, nonce, verifier }: Transaction,
  ): Promise<Claims> {
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims: Claims = { ...tokens.claims() }
    const { groupsClaim } = this.#options.signIn
    // Beside an access token many providers, Okta among them, leave out of the ID token what they tell at /userinfo.
    const isWhole = Object.hasOwn(claims, groupsClaim) && Object.hasOwn(claims, 'email')
    if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return claims
    const more = await client.fetchUserInfo(
      configuration,
      tokens.access_token,
      String(claims['sub']),
    )
    return { ...more, ...claims }
  }

  async #discover(): Promise<client.Configuration> {
    const { clock } = this.#options
    if (this.#found !== undefined && clock.monotonicMs() < this.#found.untilMs)
      return this.#found.configuration
    const configuration = await this.#read().catch((error: unknown) => {
      throw providerRefusal(error, 'discovery')
    })
    this.#found = { configuration, untilMs: clock.monotonicMs() + DISCOVERY_LIFE_MS }
    return configuration
  }

  async #read(): Promise<client.Configuration> {
    const { signIn, transport, clock, dev } = this.#options
    const isLocal = dev && this.#issuer.protocol === 'http:'
    const send = judgeAnswers(guardedFetch(transport))
    const own = { [client.customFetch]: send, timeout: TIMEOUT_SECONDS }
    const skewSeconds = Math.round((clock.now().getTime() - Date.now()) / 1_000)
    const metadata = {
      [client.clockSkew]: skewSeconds,
      [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    }
    const found = await client.discovery(
      this.#issuer,
      signIn.clientId,
      metadata,
      await this.#authentication(),
      {
        ...own,
        // The signature is looked at too, and not the way alone on which a token came.
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLocal ? [client.allowInsecureRequests] : []),
        ],
      },
    )
    return found
  }

  async #authentication(): Promise<client.ClientAuth> {
    const { credential } = this.#options.signIn
    if (credential.kind === 'client-secret') return secretAuthentication(credential.clientSecret)
    const { alg, kid, privateJwk } = await importKey(credential.key.reveal())
    const key = await importJWK(JSON.parse(privateJwk.reveal()), alg)
    if (key instanceof Uint8Array) throw new TypeError('A private key came out as a secret.')
    return (as, of, body, headers) =>
      client.PrivateKeyJwt(
        { key, kid },
        {
          // Okta takes the token endpoint alone.
          [client.modifyAssertion]: (_header, payload) => {
            payload['aud'] = as.token_endpoint ?? as.issuer
          },
        },
      )(as, of, body, headers)
  }
}

/** Basic wherever the provider takes it: that is what an app has unless somebody chose otherwise. */
function secretAuthentication(secret: Secret): client.ClientAuth {
  return (as, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods } = as
    const isBasic = methods === undefined || methods.includes('client_secret_basic')
    const text = secret.reveal()
    return (isBasic ? client.ClientSecretBasic(text) : client.ClientSecretPost(text))(as, ...rest)
  }
}

/** A path of the console, with its query. Whatever a browser would read otherwise than it looks leads nowhere. */
function ownPath(text: string, origin: string): string {
  const isPlain =
    text.length <= MAX_RETURN_CHARACTERS && /^\/console\/[\x21-\x5b\x5d-\x7e]*$/.test(text)
  const url = isPlain ? URL.parse(text, origin) : null
  if (url === null || url.origin !== origin || !url.pathname.startsWith(HOME)) throw returnInvalid()
  return url.pathname + url.search
}

function parseTransaction(text: string | undefined): Transaction | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const { state, nonce, verifier, to, atMs } = value as Partial<Transaction>
    const texts = [state, nonce, verifier, to].every((one) => typeof one === 'string' && one !== '')
    return texts && typeof atMs === 'number' ? (value as Transaction) : undefined
  } catch {
    return undefined
  }
}
