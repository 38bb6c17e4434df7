/** @module One attempt at the token endpoint: one request, one answer, no memory. */

import {
  allowInsecureRequests,
  type Client,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
} from 'oauth4webapi'
import { type Assertion, assertionType } from '../assertion/assertion.ts'
import { decodeText } from '../base64url.ts'
import type { Warning } from '../error.ts'
import type { Proof } from '../proof/proof.ts'
import { Secret } from '../secret.ts'
import {
  type AnswerHeaders,
  abortable,
  readBody,
  type Transport,
  UpstreamError,
  upstreamError,
} from '../transport.ts'
import { isScopeToken } from '../url/scope-token.ts'
import { parseRefusal, type Refusal, requestIdOf, TokenError } from './errors.ts'
import type { Token, TokenWarningCode } from './token.ts'

/** What one attempt sends. */
export interface GrantRequest {
  readonly tokenUrl: string
  readonly issuerUrl: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly assertion: Assertion
  readonly assertionParameter: string
  readonly headers: Readonly<Record<string, string>>
  readonly proof?: Proof | undefined
}

/** A token as the endpoint gave it: when it expires is for whoever knows when it arrived. */
export type GrantedToken = Omit<Token, 'expiresAt'>

/** What one attempt ended with. `headers` are absent where no answer came. */
export type GrantAnswer =
  | { readonly kind: 'token'; readonly token: GrantedToken; readonly headers: AnswerHeaders }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly headers: AnswerHeaders }
  | {
      readonly kind: 'failed'
      readonly error: UpstreamError | TokenError
      readonly status?: number
      readonly headers?: AnswerHeaders
    }

// Okta's largest recorded token answer has 2 KB; an access token with every scope stays below 16 KB.
const MAX_ANSWER_BYTES = 65_536
const MAX_TOKEN_CHARACTERS = 16_384
const MAX_LIFETIME_SECONDS = 86_400
const ASSUMED_LIFETIME_SECONDS = 300
const MAX_SCOPE_CHARACTERS = 256

/**
 * Sends one client credentials request and reads its answer. Refusals and failures are values; only an abort rejects.
 *
 * @see RFC 6749, sections 4.4 and 5; RFC 7521, section 4.2; RFC 9449, section 5
 */
export async function requestGrant(
  request: GrantRequest,
  options: {
    readonly transport: Transport
    readonly timeoutMs: number
    readonly signal?: AbortSignal | undefined
  },
): Promise<GrantAnswer> {
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  const host = new URL(request.tokenUrl).host
  let answer: Response
  try {
    answer = await send(request, host, options.transport, signal)
  } catch (thrown) {
    options.signal?.throwIfAborted()
    return { kind: 'failed', error: upstreamError(timeout.aborted ? timeout.reason : thrown, host) }
  }
  return readAnswer(request, host, answer)
}

async function send(
  request: GrantRequest,
  host: string,
  transport: Transport,
  signal: AbortSignal,
): Promise<Response> {
  const server = { issuer: request.issuerUrl, token_endpoint: request.tokenUrl }
  const headers = { 'user-agent': 'postern', ...request.headers }
  return clientCredentialsGrantRequest(
    server,
    { client_id: request.clientId },
    (_server, _client, body) => {
      body.set('client_assertion_type', assertionType)
      body.set(request.assertionParameter, request.assertion.jwt.reveal())
    },
    { scope: request.scopes.join(' ') },
    {
      headers: request.proof ? { ...headers, dpop: request.proof.jwt } : headers,
      signal,
      // Plain http is for a loopback org only; parseOrgUrl let no other pass.
      [allowInsecureRequests]: new URL(request.tokenUrl).protocol === 'http:',
      [customFetch]: async (url, init) => {
        const { method, headers } = init
        const sent = transport({ method, url, headers, body: init.body.toString(), signal })
        // The timeout holds for a transport that does not look at the signal, too.
        const response = await abortable(sent, signal)
        const body = await readBody(response, { maxBytes: MAX_ANSWER_BYTES, host, signal })
        return wholeResponse(response.status, response.headers, body, host)
      },
    },
  )
}

/** A `Response` with its body in memory. Statuses that carry no body would make the constructor throw. */
function wholeResponse(
  status: number,
  headers: AnswerHeaders,
  body: Uint8Array<ArrayBuffer>,
  host: string,
): Response {
  if (status < 200 || status > 599) {
    throw badResponse(`${host} answered with HTTP status ${status}.`, { status })
  }
  const empty = status === 204 || status === 205 || status === 304
  return new Response(empty ? null : body, { status, headers: [...headers] })
}

async function readAnswer(
  request: GrantRequest,
  host: string,
  answer: Response,
): Promise<GrantAnswer> {
  const { status, headers } = answer
  const body = parseJson(new Uint8Array(await answer.clone().arrayBuffer()))
  if (status !== 200) {
    const refusal = status < 400 || status === 429 ? undefined : parseRefusal(status, headers, body)
    // A server error says nothing about the client, unless it is one that OAuth has a word for.
    const isRefusal = refusal !== undefined && (status < 500 || refusal.known !== undefined)
    if (isRefusal) return { kind: 'refused', refusal, headers }
    return { kind: 'failed', error: failedAnswer(status, headers, host, body), status, headers }
  }
  try {
    return { kind: 'token', token: await readToken(request, answer, body), headers }
  } catch (error) {
    if (error instanceof TokenError || error instanceof UpstreamError) {
      return { kind: 'failed', error, status, headers }
    }
    throw error
  }
}

/** JSON or undefined. The parser's own error quotes the text, which may hold a token. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes))
  } catch {
    return undefined
  }
}

function failedAnswer(status: number, headers: AnswerHeaders, host: string, body: unknown) {
  const details = { status, ...requestIdOf(headers) }
  if (status === 429) {
    return new UpstreamError(
      'rate_limited',
      `The rate limit of ${host}'s token endpoint is reached.`,
      {
        remedy:
          'Ask for fewer tokens: one token serves for an hour. Postern waits for the reset by itself.',
        details,
      },
    )
  }
  if (status >= 500 || status === 408) {
    return new UpstreamError('upstream_unavailable', `${host} answered ${status}.`, {
      remedy:
        'Okta answered with a server error. Postern retries with growing pauses; see status.okta.com.',
      details,
    })
  }
  if (status >= 300 && status < 400) {
    return new UpstreamError(
      'upstream_redirect_refused',
      `${host} answered ${status}, a redirect.`,
      {
        remedy:
          'Check the org URL: is it the org host and not a sign-in page? Redirects are not followed.',
        details,
      },
    )
  }
  const form = body === undefined ? 'no JSON' : 'JSON that is no OAuth error'
  return badResponse(`${host} answered ${status} with ${form}.`, details)
}

function badResponse(observed: string, details: Record<string, unknown>): UpstreamError {
  return new UpstreamError('upstream_bad_response', observed, {
    remedy: 'Check that the org URL is right: an unknown org or a proxy in between answers so.',
    details,
  })
}

async function readToken(
  request: GrantRequest,
  answer: Response,
  body: unknown,
): Promise<GrantedToken> {
  const client: Client = { client_id: request.clientId }
  const server = { issuer: request.issuerUrl, token_endpoint: request.tokenUrl }
  // The library checks the shape and quotes the body in its errors, so they are replaced, not wrapped.
  const grant = await processClientCredentialsResponse(server, client, answer).catch(
    () => undefined,
  )
  if (grant === undefined) throw invalidAnswer('its shape')
  const { access_token, token_type, expires_in, scope } = grant
  if (!/^[\x21-\x7e]+$/.test(access_token) || access_token.length > MAX_TOKEN_CHARACTERS) {
    throw invalidAnswer('access_token')
  }
  const type = token_type === 'dpop' ? 'DPoP' : 'Bearer'
  requireType(type, request.proof !== undefined)
  const lifetime = readLifetime(expires_in, body)
  const granted = scope === undefined ? request.scopes : scope.split(' ').filter(Boolean)
  if (!granted.every(isUsableScope)) throw invalidAnswer('scope')
  const missingScopes = request.scopes.filter((asked) => !granted.includes(asked)).sort()
  return {
    type,
    accessToken: new Secret(access_token),
    scopes: [...new Set(granted)].sort(),
    missingScopes,
    expiresInSeconds: lifetime.seconds,
    warnings: [...lifetime.warnings, ...scopeWarning(missingScopes)],
  }
}

function isUsableScope(name: string): boolean {
  return name.length <= MAX_SCOPE_CHARACTERS && isScopeToken(name)
}

function requireType(type: Token['type'], dpopAsked: boolean): void {
  const asked = dpopAsked ? 'DPoP' : 'Bearer'
  if (type === asked) return
  throw new TokenError(
    'token_type_mismatch',
    `A ${asked} token was asked for and a ${type} token came.`,
    {
      remedy: "The token type is not the one asked for. Check the app's DPoP setting.",
      details: { asked, got: type },
    },
  )
}

function readLifetime(
  seconds: number | undefined,
  body: unknown,
): { seconds: number; warnings: Warning<TokenWarningCode>[] } {
  if (seconds === undefined) {
    const message = `no expires_in; ${ASSUMED_LIFETIME_SECONDS} s assumed`
    return {
      seconds: ASSUMED_LIFETIME_SECONDS,
      warnings: [{ code: 'token_expires_in_assumed', message }],
    }
  }
  const warnings: Warning<TokenWarningCode>[] = []
  const raw: unknown = (body as { expires_in?: unknown }).expires_in
  if (typeof raw !== 'number') {
    if (typeof raw !== 'string' || !/^\d{1,9}$/.test(raw)) throw invalidAnswer('expires_in')
    warnings.push({ code: 'token_expires_in_text', message: 'expires_in was text' })
  }
  if (!Number.isFinite(seconds) || seconds < 1) throw invalidAnswer('expires_in')
  if (seconds > MAX_LIFETIME_SECONDS) {
    const message = `expires_in was capped at ${MAX_LIFETIME_SECONDS} s`
    warnings.push({ code: 'token_expires_in_capped', message })
  }
  return { seconds: Math.min(Math.floor(seconds), MAX_LIFETIME_SECONDS), warnings }
}

function scopeWarning(missing: readonly string[]): Warning<TokenWarningCode>[] {
  if (missing.length === 0) return []
  const message = `fewer scopes than asked; not granted: ${missing.join(' ')}`
  return [{ code: 'token_scope_reduced', message }]
}

function invalidAnswer(member: string): TokenError {
  return new TokenError('token_response_invalid', `The token answer is not usable: ${member}.`, {
    remedy:
      'Check that no proxy rewrites answers, and that the token URL is the org’s own. No token was stored.',
    details: { detail: member },
  })
}
