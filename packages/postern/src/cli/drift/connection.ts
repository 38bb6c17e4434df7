/** @module What of a connection is otherwise than a configuration file says. Of secrets it sees none. */

import { formatScopes, tokenUrl } from '@postern/core'
import { parseWithStandIns } from '../../config/file/check-connection.ts'
import type { DeclaredConnection } from '../../config/file/declared.ts'
import { parseJwtAlg } from '../../config/jwt-alg.ts'
import type { ConnectionView } from '../../connections/view.ts'
import { differencesOf, type MemberDifference } from './difference.ts'

const DEFAULT_LIFETIME_SECONDS = 240

/** Compares the members that the file names. @param customDomains - those that are allowed, by the file or the store */
export async function compareConnection(
  declared: DeclaredConnection,
  view: ConnectionView,
  customDomains: readonly string[],
): Promise<readonly MemberDifference[]> {
  const { members, clientId, headers = {} } = declared
  const { org, credential, description, wants, jwksUri } = await parseWithStandIns(
    declared,
    customDomains,
  )
  const always = [
    ['orgUrl', org, view.orgUrl],
    ['kind', credential.kind, view.kind],
  ] as const
  const named: (readonly [keyof typeof members, unknown, unknown])[] = [
    ['description', description ?? '', view.description ?? ''],
    ['wants', wants?.toSorted(), view.wants?.toSorted()],
    ['rotationIntervalDays', members.rotationIntervalDays, view.rotationIntervalDays],
  ]
  const ofApp: (readonly [string, unknown, unknown])[] = []
  if (credential.kind === 'service-app' && view.kind === 'service-app') {
    const { assertion = {} } = credential
    const id = view.clientId
    named.push(
      ['scopes', formatScopes(credential.scopes), formatScopes(view.scopes ?? [])],
      ['jwtAlg', members.jwtAlg && parseJwtAlg(members.jwtAlg), view.jwtAlg],
      [
        'jwtExpirySeconds',
        assertion.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS,
        view.jwtExpirySeconds,
      ],
      ['jwtIssuer', assertion.issuer ?? id, view.jwtIssuer],
      ['jwtSubject', assertion.subject ?? id, view.jwtSubject],
      ['jwtAudience', assertion.audience ?? 'token-url', view.jwtAudience],
      ['jwtClaims', assertion.additionalClaims ?? {}, view.jwtClaims],
      ['tokenUrl', tokenUrl(org, credential.authorizationServerId), view.tokenUrl],
      ['assertionKey', credential.assertionParameter ?? 'client_assertion', view.assertionKey],
      ['dpop', dpopOf(credential.dpopRequired), view.dpop],
      ['keys', placeOf(jwksUri), placeOf(view.jwksUri)],
      ['jwksUrl', jwksUri, view.jwksUri],
    )
    if (typeof clientId === 'string') ofApp.push(['clientId', clientId, view.clientId])
    const names = Object.keys(credential.headers ?? {}).toSorted()
    // Their values are sealed.
    if (Object.keys(headers).length > 0) {
      ofApp.push(['headers', names, view.headerNames?.toSorted()])
    }
  }
  return differencesOf([
    ...always,
    ...ofApp,
    // What the file leaves out stays as it is.
    ...named.filter(([member]) => members[member] !== undefined),
  ])
}

function dpopOf(isRequired: boolean | undefined): string {
  if (isRequired === undefined) return 'auto'
  return isRequired ? 'always' : 'never'
}

function placeOf(jwksUri: string | undefined): string {
  return jwksUri === undefined ? 'okta' : 'url'
}
