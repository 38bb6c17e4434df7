/** @module Client assertions: the signed JWT that proves a client, judged in Okta's order. */

import type { ApiRequest } from '../http/request.ts'
import type { JsonObject } from '../json.ts'
import type { OauthClient } from '../state/app.ts'
import { type ClientApp, findClient } from '../state/clients.ts'
import { requireClientKey } from './client-key.ts'
import type { Form } from './form.ts'
import {
  fitsKey,
  isHmacAlg,
  isSignedBy,
  isSignedWithSecret,
  isSigningAlg,
  type Jws,
  parseJws,
} from './jws.ts'
import { type OauthReason, oauthError } from './oauth-error.ts'
import { requireActive, requireKnown } from './require-client.ts'

const MAX_AHEAD_SECONDS = 3_600

/** The only value of `client_assertion_type`. @see RFC 7523, section 2.2 */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The client that an assertion proves. Its `jti` is spent then, whatever becomes of the request.
 *
 * @throws {OauthRefusal} with what Okta checks first among the things that are wrong.
 * @see RFC 7523, section 3
 * @see Okta, "Build a JWT for Client Authentication"
 */
export async function authenticateAssertion(
  request: ApiRequest,
  form: Form,
  text: string,
): Promise<ClientApp> {
  const { org } = request
  const jws = parseJws(text)
  if (jws === undefined || !hasClaimTypes(jws.claims)) throw oauthError('assertion_parse_failed')
  const { alg } = jws.header
  if (!isSigningAlg(alg) && !isHmacAlg(alg)) throw oauthError('assertion_alg_invalid')
  const client = requireClaimedClient(request, form, jws.claims)
  requireActive(org, client)
  await requireSignature(request, client, jws)
  requireClaims(request, client.oauth, jws.claims)
  return client
}

/** The client that an assertion speaks of, proven or not: it decides whose share of the rate limit is used. */
export function claimedClientId(text: string): string | undefined {
  const { iss, sub } = parseJws(text)?.claims ?? {}
  const claimed = iss ?? sub
  return typeof claimed === 'string' ? claimed : undefined
}

function hasClaimTypes({ iss, sub, jti, iat }: JsonObject): boolean {
  const isText = (value: unknown) => value === undefined || typeof value === 'string'
  return [iss, sub, jti].every(isText) && (iat === undefined || typeof iat === 'number')
}

// The keys are looked up before the claims are judged, so any name in the request serves to find them.
function requireClaimedClient(
  { org }: ApiRequest,
  form: Form,
  { iss, sub }: JsonObject,
): ClientApp {
  const clientId = form.get('client_id')
  if (clientId !== undefined) return requireKnown(org, clientId)
  const named = [iss, sub].filter((name) => typeof name === 'string')
  for (const name of named) {
    const client = findClient(org, name)
    if (client !== undefined) return client
  }
  throw oauthError('assertion_issuer_invalid')
}

async function requireSignature(request: ApiRequest, client: ClientApp, jws: Jws): Promise<void> {
  const { oauth } = client
  if (isHmacAlg(jws.header['alg'])) {
    const secrets = oauth.secrets.filter(({ status }) => status === 'ACTIVE')
    if (secrets.length === 0) throw oauthError('assertion_needs_secret')
    if (oauth.authMethod !== 'client_secret_jwt') throw oauthError('client_authentication_failed')
    const signed = secrets.some(({ value }) => isSignedWithSecret(jws, value))
    if (!signed) throw oauthError('assertion_signature_invalid')
    return
  }
  if (oauth.authMethod !== 'private_key_jwt') throw oauthError('client_authentication_failed')
  const key = await requireClientKey(request.org, client, jws)
  if (!fitsKey(String(jws.header['alg']), key)) throw oauthError('assertion_alg_invalid')
  if (!isSignedBy(jws, key)) throw oauthError('assertion_signature_invalid')
}

function requireClaims(request: ApiRequest, { clientId }: OauthClient, claims: JsonObject): void {
  if (claims['iss'] !== clientId) throw oauthError('assertion_issuer_invalid')
  if (claims['sub'] !== clientId) throw oauthError('assertion_subject_invalid')
  const endpoint = request.baseUrl + request.path
  if (![claims['aud']].flat().includes(endpoint)) throw oauthError('assertion_audience_invalid')
  const late = judgeTimes(request, claims)
  if (late !== undefined) throw oauthError(late)
  if (!spendJti(request, clientId, claims)) throw oauthError('assertion_already_used')
}

function judgeTimes({ org }: ApiRequest, { exp, iat }: JsonObject): OauthReason | undefined {
  const now = Math.floor(org.time.nowMs() / 1_000)
  const leniency = org.assumptions.clockLeniencySeconds
  if (typeof exp !== 'number' || !Number.isSafeInteger(exp)) return 'assertion_exp_missing'
  if (exp <= now) return 'assertion_expired'
  if (exp > now + MAX_AHEAD_SECONDS + leniency) return 'assertion_exp_too_far'
  if (typeof iat === 'number' && iat > now + leniency) return 'assertion_iat_in_future'
  return undefined
}

// Without a jti an assertion may be used again until it expires.
function spendJti({ org }: ApiRequest, clientId: string, { jti, exp }: JsonObject): boolean {
  if (jti === undefined) return true
  const { authorization, assumptions, time } = org
  if (authorization.jtiReplay === 'assertions') return false
  const untilMs =
    assumptions.jtiRetention === 'forever' ? Number.POSITIVE_INFINITY : Number(exp) * 1_000
  return authorization.assertionIds.spend(`${clientId} ${String(jti)}`, untilMs, time.nowMs())
}
