/** @module The scopes of a connection that names none: those that its app was granted. */

import { findGrantedScopes } from '../org/granted-scopes.ts'
import type { ServiceAppCredential } from '../token/credential.ts'
import { ScopeError } from '../url/scope-error.ts'
import type { Examination } from './examination.ts'
import { information, type Observation } from './finding.ts'
import { problem } from './problems.ts'
import { count, listOf } from './words.ts'

/**
 * Finds the scopes, so that the rest of the diagnosis is about them.
 *
 * @returns whether there are any.
 * @throws {TokenError | UpstreamError | ScopeError}
 */
export async function* findScopes(
  examination: Examination,
  credential: Omit<ServiceAppCredential, 'scopes'>,
): AsyncGenerator<Observation, boolean> {
  const { clock, random, timeoutMs, exchanges, signal, options } = examination
  try {
    const { scopes, offered } = await findGrantedScopes({
      org: examination.known('org'),
      credential,
      transport: exchanges.transport,
      readDocument: (url) => examination.readPublicDocument(url),
      clock,
      random,
      timeoutMs,
      maxFailures: 1,
      signal,
    })
    examination.learn({ scopes })
    const observed = `Of the ${count(offered.length, 'scope')} that the org offers, the app was granted ${listOf(scopes)}.`
    yield information('scopes_found', observed, { scopes })
    return true
  } catch (error) {
    const wants = options.wants ?? []
    if (!(error instanceof ScopeError) || error.code !== 'scope_none_granted') throw error
    if (wants.length === 0) throw error
    yield problem('scope_not_granted', error.message, { details: { scopes: wants } })
    return false
  }
}
