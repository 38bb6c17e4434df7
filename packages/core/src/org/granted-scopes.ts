/** @module Which scopes a service app was granted, where nobody named them: the org is asked for all that it offers. */

import type { ServiceAppCredential } from '../token/credential.ts'
import { TokenError } from '../token/errors.ts'
import { TokenSource, type TokenSourceOptions } from '../token/source.ts'
import { fetchTransport, UpstreamError } from '../transport.ts'
import { scopeError } from '../url/scope-error.ts'
import { formatScopes } from '../url/scopes.ts'
import { offeredScopes } from './offered-scopes.ts'
import { type PublicDocument, readPublicDocument } from './public-document.ts'

/** Options of {@link findGrantedScopes}: those of a token source, whose credential names no scopes yet. */
export interface FindGrantedScopesOptions extends Omit<TokenSourceOptions, 'credential'> {
  readonly credential: Omit<ServiceAppCredential, 'scopes'>
  /** Reads a document without a credential. Default: through `transport`. */
  readonly readDocument?: (url: string) => Promise<PublicDocument>
  /**
   * How long the scopes of one request may be; more are asked for in several. Default 1024, which Okta names; an org that
   * takes more is asked less often.
   *
   * @see Okta, "OpenID Connect & OAuth 2.0 API" - scope values
   */
  readonly maxCharacters?: number
  readonly signal?: AbortSignal
}

/** What an org offers, and what of it an app was granted. Each sorted. */
export interface GrantedScopes {
  /** At least one. */
  readonly scopes: readonly string[]
  readonly offered: readonly string[]
}

const MAX_CHARACTERS = 1_024
const TIMEOUT_MS = 30_000

// Halving finds a scope that the org lists and refuses; an org that refuses many gets no flood of requests.
const MAX_REQUESTS = 40

/**
 * The scopes that a service app was granted. A set without a scope is never sent: the org's `scopes_supported` are, less
 * those that stand for a signed-in user, and what the tokens come with is kept.
 *
 * @throws {ScopeError} `scope_list_missing` where the org does not say which it has, or for a custom authorization server,
 * whose scopes are not published; `scope_none_granted`; `scope_too_many` where the org takes no request for all of them.
 * @throws {TokenError | UpstreamError} where the org gives no token for another reason.
 * @throws {CredentialError | AssertionError} for a credential that no token endpoint could accept.
 * @see RFC 8414, section 2 - scopes_supported
 * @see Okta, "Implement OAuth for Okta" - silent downscoping
 */
export async function findGrantedScopes(options: FindGrantedScopesOptions): Promise<GrantedScopes> {
  const { org, credential, maxCharacters = MAX_CHARACTERS, signal } = options
  if (credential.authorizationServerId !== undefined) {
    const observed = 'The scopes of a custom authorization server are not listed anywhere.'
    throw scopeError('scope_list_missing', observed)
  }
  const { transport = fetchTransport, timeoutMs = TIMEOUT_MS } = options
  const read = (url: string) => readPublicDocument(url, { transport, timeoutMs, signal })
  const offered = await listOffered(org, options.readDocument ?? read)
  const source = new TokenSource({ ...options, credential: { ...credential, scopes: offered } })
  const asking = { source, signal, requestsLeft: MAX_REQUESTS }
  const granted: string[] = []
  for (const part of cut(offered, maxCharacters)) granted.push(...(await ask(part, asking)))
  const scopes = granted.filter((scope) => offered.includes(scope)).sort()
  if (scopes.length === 0) {
    const observed = `Of the ${offered.length} scopes that the org offers, none is granted to the app.`
    throw scopeError('scope_none_granted', observed)
  }
  if (formatScopes(scopes).length > maxCharacters) await requireOneRequest(scopes, source, signal)
  return { scopes, offered }
}

/** What is kept is asked for in one request from then on. */
async function requireOneRequest(
  scopes: readonly string[],
  source: TokenSource,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await source.token({ scopes, signal })
  } catch (cause) {
    if (!(cause instanceof TokenError) || cause.code !== 'scope_unknown') throw cause
    const observed = `The app was granted ${scopes.length} scopes, and the org gives no token for all of them together.`
    throw scopeError('scope_too_many', observed, { scopes: scopes.length }, cause)
  }
}

async function listOffered(
  org: TokenSourceOptions['org'],
  read: (url: string) => Promise<PublicDocument>,
): Promise<readonly string[]> {
  try {
    const offered = await offeredScopes(org, read)
    if (offered.length > 0) return offered
  } catch (cause) {
    if (!(cause instanceof UpstreamError)) throw cause
    throw scopeError('scope_list_missing', `${org} did not tell which scopes it has.`, {}, cause)
  }
  throw scopeError('scope_list_missing', `${org} does not say which scopes it has.`)
}

interface Asking {
  readonly source: TokenSource
  readonly signal: AbortSignal | undefined
  requestsLeft: number
}

/** Those of the scopes that are granted. Where the org refuses them together, each half is asked for alone. */
async function ask(scopes: readonly string[], asking: Asking): Promise<readonly string[]> {
  const { source, signal } = asking
  asking.requestsLeft--
  try {
    return (await source.token({ scopes, signal })).scopes
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    if (error.code === 'scope_not_granted') return []
    if (error.code !== 'scope_unknown' && error.code !== 'scope_not_for_service_app') throw error
    if (scopes.length === 1) return []
    if (asking.requestsLeft < 2) throw error
    const middle = Math.ceil(scopes.length / 2)
    const first = await ask(scopes.slice(0, middle), asking)
    return [...first, ...(await ask(scopes.slice(middle), asking))]
  }
}

/** The scopes in as few parts as there may be, each within the length of a request. */
function cut(scopes: readonly string[], maxCharacters: number): readonly (readonly string[])[] {
  const parts: string[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const scope of scopes) {
    length += scope.length + 1
    if (length > maxCharacters) {
      parts.push([])
      length = scope.length
    }
    parts.at(-1)?.push(scope)
  }
  return parts
}
