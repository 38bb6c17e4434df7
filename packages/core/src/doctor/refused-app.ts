/** @module Why Okta refused a client as a whole: it says the same of an app that is not active and of one with a client secret. */

import type { TokenError } from '../token/errors.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { problem } from './problems.ts'
import { readRegistration } from './registration.ts'

/**
 * The finding for a refusal that tells no more than which value of the client was refused.
 *
 * @param detail - `client` for the generic refusal, `client ID` where that is called invalid.
 */
export async function explainApp(
  examination: Examination,
  error: TokenError,
  detail: 'client' | 'client ID',
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
  const refused = error.message.replace(/\.$/, '')
  return detail === 'client ID'
    ? problem(
        'app_unknown',
        `${refused}: the org has no app with this Client ID, or the app is not active.`,
        { certainty: 'likely', details },
      )
    : problem(
        'app_refused',
        `${refused}: the app is not active, or its Client authentication is a client secret.`,
        { certainty: 'likely', details },
      )
}
