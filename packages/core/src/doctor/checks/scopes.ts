/** @module Whether the scopes are ones of Okta, and enough for what the connection is for. */

import { parseScopes, scopeCovers } from '../../url/scopes.ts'
import type { Check } from '../check.ts'
import { information, ok, remarks } from '../finding.ts'
import { problem } from '../problems.ts'
import { listOf } from '../words.ts'

/** Reads the text; asks nobody. */
export const scopesCheck: Check = {
  name: 'scopes',
  question: "Are the scopes Okta's, and enough for what the connection is for?",
  needs: ['assertion'],
  credential: 'service-app',
  async *run(examination) {
    const { authorizationServerId } = examination.known('settings')
    const customAuthorizationServer = authorizationServerId !== undefined
    const text = examination.connection.scopes
    if (text === undefined && !customAuthorizationServer) {
      yield information(
        'scopes_left_blank',
        'No scopes are named: those that the app was granted are found with a token.',
      )
      return true
    }
    const { scopes, warnings } = parseScopes(text ?? '', { customAuthorizationServer })
    examination.learn({ scopes })
    yield ok(`The scopes are ${listOf(scopes)}.`, { scopes })
    yield* remarks(warnings)
    const missing = examination.wants.filter((wanted) => !scopeCovers(scopes, wanted))
    if (missing.length > 0) {
      const observed = `The connection does not ask for ${listOf(missing)}, which it is for.`
      yield problem('scope_not_requested', observed, { details: { scopes: missing } })
    }
    return true
  },
}
