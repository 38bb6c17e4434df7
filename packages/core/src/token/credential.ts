/** @module What signs in to an org: a service app with its key, or an API token. */

import { type AssertionOptions, checkAssertionOptions } from '../assertion/claims.ts'
import { PosternError } from '../error.ts'
import type { Signer } from '../keys/signer.ts'
import type { Secret } from '../secret.ts'

/** An OAuth service app: client credentials with `private_key_jwt`. */
export interface ServiceAppCredential {
  readonly kind: 'service-app'
  readonly clientId: string
  /** The private key whose public half is registered with the app. */
  readonly key: Signer
  /** At least one: Okta has no default scopes. */
  readonly scopes: readonly string[]
  /**
   * Whether the app requires DPoP. True: every token request carries a proof. Left out: a proof is sent as soon as the
   * org asks for one, and from then on. False: never, and an org that requires it is an error (`dpop_required`).
   */
  readonly dpopRequired?: boolean | undefined
  /** A custom authorization server of the same org (`default`, `aus…`). Left out: the org's own, the only one with `okta.*` scopes. */
  readonly authorizationServerId?: string | undefined
  readonly assertion?: AssertionOptions | undefined
  /** The form parameter that carries the assertion. Default `client_assertion`, as RFC 7521 names it. */
  readonly assertionParameter?: string | undefined
  /** Headers sent with every token request beside Postern's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Okta's static API token, sent as `Authorization: SSWS …`. Inherits its owner's admin roles and has no scopes. */
export interface ApiTokenCredential {
  readonly kind: 'api-token'
  readonly apiToken: Secret
}

/** What signs in to an org. */
export type Credential = ServiceAppCredential | ApiTokenCredential

/** What can be wrong with a credential before the org is asked. */
export type CredentialErrorCode =
  | 'credential_client_id'
  | 'credential_header'
  | 'credential_assertion_parameter'
  | 'credential_api_token'
  | 'scope_empty'

/** A credential that no org could accept. */
export class CredentialError extends PosternError<CredentialErrorCode> {
  override readonly name = 'CredentialError'
}

// Okta's own tokens have 42 characters; the bounds leave room without admitting a pasted key or page.
const API_TOKEN = /^[A-Za-z0-9_-]{20,128}$/

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/
const HEADER_VALUE = /^[\x20-\x7e]{0,1024}$/

// What Postern computes itself, what would smuggle a second credential, and what belongs to the connection.
const RESERVED_HEADER =
  /^(?:authorization|dpop|cookie|host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|sec-.*)$/

// What the token endpoint takes and gives is fixed; a setting that says the same is harmless.
const FIXED_HEADERS: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'content-type': 'application/x-www-form-urlencoded',
}

const FORM_PARAMETERS = [
  'grant_type',
  'scope',
  'client_assertion_type',
  'client_id',
  'client_secret',
]

/**
 * Refuses a service app that no token endpoint could accept, before any network call.
 *
 * @throws {CredentialError} `credential_client_id`, `scope_empty`, `credential_header`, `credential_assertion_parameter`
 * @throws {AssertionError} `assertion_lifetime`, `assertion_claim`
 */
export function checkServiceApp(credential: ServiceAppCredential): void {
  if (!/^[\x21-\x7e]{1,100}$/.test(credential.clientId)) {
    throw new CredentialError('credential_client_id', 'The client ID is empty or malformed.', {
      remedy: "Copy the Client ID from the app's General tab.",
    })
  }
  requireScopes(credential.scopes)
  checkAssertionParameter(credential.assertionParameter)
  checkAssertionOptions(credential.assertion ?? {})
  tokenRequestHeaders(credential.headers)
}

/** @throws {CredentialError} `scope_empty` */
export function requireScopes(scopes: readonly string[]): void {
  if (Array.isArray(scopes) && scopes.length > 0) return
  throw new CredentialError('scope_empty', 'There is no list of scopes, or it is empty.', {
    remedy:
      'Okta needs at least one scope in every token request. Enter, for example, okta.users.read.',
  })
}

/** @throws {CredentialError} `credential_api_token` */
export function checkApiToken(credential: ApiTokenCredential): void {
  if (API_TOKEN.test(credential.apiToken.reveal())) return
  throw new CredentialError(
    'credential_api_token',
    'This does not have the form of an API token.',
    {
      remedy:
        'Paste the token that Security > API > Tokens showed when it was created, without "SSWS" and without spaces.',
    },
  )
}

/**
 * The headers a person adds to token requests, names in lower case, less those that say what Postern sends anyway.
 *
 * @throws {CredentialError} `credential_header`
 */
export function tokenRequestHeaders(
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const allowed: Record<string, string> = {}
  for (const [givenName, value] of Object.entries(headers)) {
    const name = givenName.toLowerCase()
    if (!HEADER_NAME.test(givenName) || !HEADER_VALUE.test(value)) {
      throw headerError('A header has a name or value that HTTP does not allow.', {})
    }
    const fixed = FIXED_HEADERS[name]
    if (fixed !== undefined && value.trim().toLowerCase() === fixed) continue
    if (fixed !== undefined || isReservedHeader(name)) {
      throw headerError(`The header ${name} is computed by Postern or the connection.`, { name })
    }
    allowed[name] = value
  }
  return allowed
}

/** Whether a header is computed by Postern, belongs to the connection, or looks like one that does. @param name - in lower case. */
export function isReservedHeader(name: string): boolean {
  return RESERVED_HEADER.test(name) || name.includes('_')
}

function headerError(observed: string, details: Record<string, string>): CredentialError {
  return new CredentialError('credential_header', observed, {
    remedy: 'Remove the header; accept and content-type are sent with the only values Okta takes.',
    details,
  })
}

/** @throws {CredentialError} `credential_assertion_parameter` for a name that is none, or one of the form's own. */
export function checkAssertionParameter(name: string | undefined): void {
  if (name === undefined) return
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(name) && !FORM_PARAMETERS.includes(name)) return
  throw new CredentialError(
    'credential_assertion_parameter',
    'The assertion parameter is not a usable form parameter name.',
    { remedy: 'Leave it out: Okta expects client_assertion.' },
  )
}
