/** @module Access tokens: signed by an authorization server, read again at the management API. */

import { createHmac, sign } from 'node:crypto'
import { randomText } from '../ids.ts'
import { type ClientApp, findClient } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import type { SigningKey } from '../state/signing-keys.ts'
import { isSignedBy, parseJws } from './jws.ts'
import type { OauthReason } from './oauth-error.ts'
import type { TokenServer } from './token-server.ts'

// Both parts of a jti together are as long as Okta's.
const NONCE_LENGTH = 21
const MARK_LENGTH = 22

/** What an access token says. Times are seconds since the epoch. */
export interface TokenClaims {
  readonly jti: string
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly iat: number
  readonly exp: number
  readonly cid: string
  readonly scp: readonly string[]
  /** The key that the token is bound to. @see RFC 9449, section 6.1 */
  readonly cnf?: { readonly jkt: string }
}

/** A token that is good. */
export interface ReadToken {
  readonly claims: TokenClaims
  readonly client: ClientApp
  /** Which key of the org signed it. */
  readonly signingKey: SigningKey
}

/** What a new token is for. */
export interface TokenSubject {
  readonly client: ClientApp
  readonly scopes: readonly string[]
  readonly boundTo: string | undefined
  readonly nowMs: number
}

/** A new access token: a JWT, its claims in Okta's order. */
export function mintToken(
  { authorization }: Org,
  server: TokenServer,
  subject: TokenSubject,
): { text: string; jti: string } {
  const { issuer, audience, tokenLifeSeconds, signingKey, tokenType } = server
  const { client, scopes, boundTo, nowMs } = subject
  const { clientId } = client.oauth
  const nonce = randomText(NONCE_LENGTH)
  const iat = Math.floor(nowMs / 1_000)
  const header = {
    kid: signingKey.kid,
    ...(tokenType === undefined ? {} : { typ: tokenType }),
    alg: 'RS256',
  }
  const claims: TokenClaims & { readonly ver: number } = {
    ver: 1,
    jti: `AT.${nonce}${markOf(authorization.tokenMark, client, nonce)}`,
    iss: issuer,
    aud: audience,
    sub: clientId,
    iat,
    exp: iat + tokenLifeSeconds,
    cid: clientId,
    scp: scopes,
    ...(boundTo === undefined ? {} : { cnf: { jkt: boundTo } }),
  }
  const signed = `${encode(header)}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(signed), signingKey.privateKey)
  return { text: `${signed}.${signature.toString('base64url')}`, jti: claims.jti }
}

/** A token of this org that has not ended, of whichever of its servers; or why it is none. */
export function readToken(org: Org, text: string): ReadToken | OauthReason {
  const jws = parseJws(text)
  if (jws === undefined) return 'token_invalid'
  const found = org.authorization.signingKeys.find(jws.header['kid'])
  if (found === undefined)
    return isIssuerOf(org, jws.claims['iss']) ? 'token_invalid' : 'token_issuer_invalid'
  if (!isSignedBy(jws, found.key.publicKey)) return 'token_invalid'
  // Nobody but this org has the key, so what is signed has the shape that it was given.
  const claims = jws.claims as unknown as TokenClaims
  const nowMs = org.time.nowMs()
  if (claims.exp * 1_000 <= nowMs) return 'token_expired'
  const revoked = found.retired || org.authorization.revokedTokenIds.has(claims.jti, nowMs)
  if (revoked) return 'token_revoked'
  const client = findClient(org, claims.cid)
  if (client === undefined || client.status !== 'ACTIVE') return 'token_invalid'
  if (!isGivenTo(org, client, claims)) return 'token_invalid'
  return { claims, client, signingKey: found.key }
}

/** Ends the life of a token before its time. */
export function revokeToken(org: Org, { jti, exp }: TokenClaims): void {
  org.authorization.revokedTokenIds.spend(jti, exp * 1_000, org.time.nowMs())
}

// An app that was deleted may leave its client id to another, but no token: the jti is marked with the id of the app.
function isGivenTo({ authorization }: Org, client: ClientApp, { jti }: TokenClaims): boolean {
  const nonce = jti.slice('AT.'.length, -MARK_LENGTH)
  return jti === `AT.${nonce}${markOf(authorization.tokenMark, client, nonce)}`
}

function markOf(key: Buffer, { id }: ClientApp, nonce: string): string {
  const mark = createHmac('sha256', key).update(`${nonce} ${id}`).digest('base64url')
  return mark.slice(0, MARK_LENGTH)
}

function isIssuerOf(org: Org, iss: unknown): boolean {
  return typeof iss === 'string' && (iss === org.url || iss.startsWith(`${org.url}/oauth2/`))
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
