/** @module Which scopes the org does not know, and which it did not grant. */

import { scopesNotOffered } from '../org/offered-scopes.ts'
import type { TokenError } from '../token/errors.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { problem } from './problems.ts'
import { count, listOf } from './words.ts'

/** The finding for a request whose scopes were refused as a whole. */
export async function explainScopes(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const scopes = examination.find('scopes') ?? []
  const { details } = error
  if (error.code === 'scope_not_granted') {
    const observed = `Of ${count(scopes.length, 'scope')} none is granted to the app: ${listOf(scopes)}.`
    return problem('scope_not_granted', observed, { details: { ...details, scopes } })
  }
  const unknown = await unknownScopes(examination, scopes)
  if (unknown.length > 0) {
    const observed = `The org has no scope ${listOf(unknown)}.`
    return problem('scope_unknown', observed, { details: { ...details, scopes: unknown } })
  }
  return problem('scope_unknown', error.message, { certainty: 'likely', details })
}

/** Those of the scopes that the org does not offer. */
export function unknownScopes(
  examination: Examination,
  scopes: readonly string[],
): Promise<readonly string[]> {
  const org = examination.known('org')
  return scopesNotOffered(org, scopes, (url) => examination.readPublicDocument(url))
}
