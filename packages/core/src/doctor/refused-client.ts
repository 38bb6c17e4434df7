/** @module Why the token endpoint refused: Okta's word first, and where an admin's credential shows more, the exact reason. */

import { membersOf, textOf } from '../service-app/members.ts'
import type { TokenError } from '../token/errors.ts'
import type { Examination } from './examination.ts'
import { fromError, type Observation } from './finding.ts'
import { explainKeyUrl } from './key-url.ts'
import { type ProblemCode, problem } from './problems.ts'
import { explainKid } from './refused-key.ts'
import { explainScopes } from './refused-scopes.ts'
import { readRegistration } from './registration.ts'

/** What a refusal proves by itself, by the detail of its error. */
const proven: Readonly<Record<string, ProblemCode>> = {
  issuer: 'app_unknown',
  subject: 'app_unknown',
  'client secret': 'app_client_secret',
  'authentication method': 'app_client_secret',
  'application type': 'app_not_service',
  signature: 'key_mismatch',
  'no key registered': 'key_not_registered',
  'key set': 'key_set_broken',
  'key use': 'key_for_encryption',
  'network zone': 'app_network_zone',
  audience: 'assertion_audience_refused',
  'jwks_uri empty': 'jwks_uri_empty',
  'jwks_uri kids': 'jwks_uri_duplicate_kids',
  'jwks_uri jku': 'jwks_uri_mismatch',
}

/** The finding for a refusal. Asks the admin's credential, where there is one, about what Okta leaves open. */
export async function explainRefusal(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const detail = textOf(error.details, 'detail') ?? ''
  const code = proven[detail]
  if (code !== undefined) return problem(code, error.message, { details: error.details })
  switch (error.code) {
    case 'auth_invalid_client':
      return explainClient(examination, error, detail)
    case 'auth_grant_refused':
      return problem(
        textOf(membersOf(error.details, 'okta'), 'error') === 'unauthorized_client'
          ? 'app_grant_type_missing'
          : 'org_grant_unavailable',
        error.message,
        { details: error.details },
      )
    case 'dpop_proof_refused':
      return detail === 'jti'
        ? problem('proof_replayed', error.message, { details: error.details })
        : fromError(error)
    case 'scope_not_granted':
    case 'scope_unknown':
      return explainScopes(examination, error)
    default:
      return fromError(error)
  }
}

async function explainClient(
  examination: Examination,
  error: TokenError,
  detail: string,
): Promise<Observation> {
  switch (detail) {
    case 'jti':
      return problem('assertion_replayed', error.message, { details: error.details })
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

/** Okta has one answer for an app that is not active and for one with another way to sign in, and tells no more. */
async function explainApp(
  examination: Examination,
  error: TokenError,
  detail: string,
): Promise<Observation> {
  const { details } = error
  const registration = await readRegistration(examination)
  if (registration === 'absent') {
    return problem('app_unknown', 'The org has no app with this Client ID.', { details })
  }
  if (registration?.isActive === false) {
    return problem('app_inactive', 'The app is there, and it is not active.', { details })
  }
  const { authMethod = 'private_key_jwt' } = registration ?? {}
  if (authMethod !== 'private_key_jwt') {
    const observed = `Client authentication of the app is ${authMethod}, not Public key / Private key.`
    return problem('app_client_secret', observed, { details: { ...details, authMethod } })
  }
  const [code, reasons] =
    detail === 'client ID'
      ? ([
          'app_unknown',
          'the org has no app with this Client ID, or the app is not active',
        ] as const)
      : ([
          'app_refused',
          'the app is not active, or its Client authentication is a client secret',
        ] as const)
  const observed = `${error.message.replace(/\.$/, '')}: ${reasons}.`
  return problem(code, observed, { certainty: 'likely', details })
}
