/** @module Which of the scopes that were asked for the token has. */

import { scopeCovers } from '../../url/scopes.ts'
import type { Check } from '../check.ts'
import { information, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { unknownScopes } from '../refused-scopes.ts'
import { listOf } from '../words.ts'

/**
 * Compares the token with the request: Okta drops what is not granted and says nothing.
 *
 * @see Okta, "Implement OAuth for Okta" - silent downscoping
 */
export const grantedScopesCheck: Check = {
  name: 'granted-scopes',
  question: 'Does the token have every scope that was asked for?',
  needs: ['token'],
  credential: 'service-app',
  async *run(examination) {
    const { scopes, missingScopes: notGranted } = examination.known('token')
    // Of a connection that names none, only what it is for can be missing.
    const { connection, options } = examination
    const missingScopes = connection.scopes === undefined ? (options.wants ?? []) : notGranted
    const unknown = await unknownScopes(examination, missingScopes)
    if (unknown.length > 0) {
      const observed = `The org has no scope ${listOf(unknown)}; the token came without it.`
      yield problem('scope_unknown', observed, { details: { scopes: unknown } })
    }
    const missing = missingScopes.filter(
      (scope) => !unknown.includes(scope) && !scopeCovers(scopes, scope),
    )
    if (missing.length > 0) {
      const observed = `The token came without ${listOf(missing)}: not granted to the app.`
      yield problem('scope_not_granted', observed, { details: { scopes: missing } })
    }
    if (unknown.length + missing.length === 0) {
      yield ok(`The token has ${listOf(scopes)}.`, { scopes })
    }
    if (examination.known('settings').authorizationServerId === undefined) return true
    yield information(
      'token_of_custom_server',
      'The token is of a custom authorization server, for APIs of your own: Okta’s APIs are not looked at.',
    )
    return false
  },
}
