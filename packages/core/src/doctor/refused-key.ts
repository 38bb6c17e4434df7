/** @module Why Okta refused a kid: it says the same of an unknown, an inactive and a deleted key. */

import type { TokenError } from '../token/errors.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { judgeKeyUrl } from './key-url.ts'
import { problem } from './problems.ts'
import { judgeKeys } from './registered-key.ts'
import { readRegistration } from './registration.ts'
import { quote } from './words.ts'

/** The finding for `The client_assertion JWT kid is invalid.` */
export async function explainKid(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const key = examination.known('key')
  const details = { ...error.details, kid: key.kid, kidGiven: key.kidGiven }
  const registration = await readRegistration(examination)
  if (registration !== undefined && registration !== 'absent') {
    const { jwksUri, keys } = registration
    const reason =
      jwksUri === undefined ? judgeKeys(examination, keys) : await judgeKeyUrl(examination, jwksUri)
    if (reason !== undefined) {
      return problem(reason.code, reason.observed, { details: { ...details, ...reason.details } })
    }
  }
  const kid = quote(key.kid)
  const [code, observed] = key.kidGiven
    ? ([
        'kid_refused',
        `Okta refused the kid ${kid}: no key of the app has it, or the key is not active, or it was deleted.`,
      ] as const)
    : ([
        'kid_missing',
        `No kid was given, and Okta refused the key's thumbprint ${kid} in its place: the key has another kid there, is not active, or is not registered.`,
      ] as const)
  return problem(code, observed, { certainty: 'likely', details })
}
