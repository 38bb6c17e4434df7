/** @module Why the token endpoint refused: Okta's word first, and where an admin's credential shows more, the exact reason. */

import { membersOf, textOf } from '../org/members.ts'
import type { TokenError } from '../token/errors.ts'
import type { Examination } from './examination.ts'
import { fromError, type Observation } from './finding.ts'
import { explainKeyUrl } from './key-url.ts'
import { type ProblemCode, problem } from './problems.ts'
import { explainApp } from './refused-app.ts'
import { explainKid } from './refused-key.ts'
import { explainScopes } from './refused-scopes.ts'

/** What a refusal proves by itself: its code, and why. */
type Meaning = readonly [code: ProblemCode, why: string]

const noSuchApp: Meaning = ['app_unknown', 'The org has no app with this Client ID.']
const clientSecret: Meaning = ['app_client_secret', 'The app signs in with a client secret.']

/** By the detail of a refused client. */
const meanings: Readonly<Record<string, Meaning>> = {
  issuer: noSuchApp,
  subject: noSuchApp,
  'client secret': clientSecret,
  'authentication method': clientSecret,
  'application type': ['app_not_service', 'The app was not made as API Services.'],
  signature: ['key_mismatch', 'The kid is that of another key pair.'],
  'no key registered': ['key_not_registered', 'The app has no public key.'],
  'key set': ['key_set_broken', 'Okta cannot read the public keys of the app.'],
  'key use': ['key_for_encryption', 'The key is registered for encryption.'],
  jti: ['assertion_replayed', 'The org saw the assertion before, and it was sent once.'],
  'network zone': ['app_network_zone', "This machine is outside the app's network zone."],
  audience: ['assertion_audience_refused', 'Okta saw another host than the one that was called.'],
  'jwks_uri empty': ['jwks_uri_empty', 'There is no key at the JWKS URL of the app.'],
  'jwks_uri kids': ['jwks_uri_duplicate_kids', 'Keys at the JWKS URL of the app share a kid.'],
  'jwks_uri jku': ['jwks_uri_mismatch', 'The app has another JWKS URL than the assertion names.'],
}

/** The finding for a refusal. Asks the admin's credential, where there is one, about what Okta leaves open. */
export async function explainRefusal(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const { code, details } = error
  const detail = textOf(details, 'detail') ?? ''
  const meaning = meaningOf(error, detail)
  if (meaning !== undefined)
    return problem(meaning[0], `${meaning[1]} ${error.message}`, { details })
  if (code === 'scope_not_granted' || code === 'scope_unknown') {
    return explainScopes(examination, error)
  }
  if (code !== 'auth_invalid_client') return fromError(error)
  switch (detail) {
    case 'kid':
      return explainKid(examination, error)
    case 'jwks_uri':
      return explainKeyUrl(examination, error)
    case 'client':
    case 'client ID':
      return explainApp(examination, error, detail)
    default:
      return fromError(error)
  }
}

function meaningOf({ code, details }: TokenError, detail: string): Meaning | undefined {
  switch (code) {
    case 'auth_invalid_client':
    case 'auth_access_denied':
      return meanings[detail]
    case 'auth_grant_refused':
      return textOf(membersOf(details, 'okta'), 'error') === 'unauthorized_client'
        ? ['app_grant_type_missing', 'The app does not have the grant type Client Credentials.']
        : ['org_grant_unavailable', "The org's own authorization server does not offer this grant."]
    case 'dpop_proof_refused':
      return detail === 'jti'
        ? ['proof_replayed', 'The org saw the proof before, and it was sent once.']
        : undefined
    default:
      return undefined
  }
}
