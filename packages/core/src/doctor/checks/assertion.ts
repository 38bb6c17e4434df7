/** @module Whether a token endpoint can accept an assertion made so. */

import { checkAssertionOptions } from '../../assertion/claims.ts'
import { checkAssertionParameter, tokenRequestHeaders } from '../../token/credential.ts'
import { parseAudience } from '../../url/audience.ts'
import { parseTokenUrl, tokenUrl } from '../../url/token-url.ts'
import type { Check } from '../check.ts'
import { cautions, ok } from '../finding.ts'

/** Reads the choices; asks nobody. */
export const assertionCheck: Check = {
  name: 'assertion',
  question: 'Can the token endpoint accept an assertion made so?',
  needs: [],
  credential: 'service-app',
  async *run(examination) {
    const { connection } = examination
    // Without an org there is nothing to compare a URL with, and no request to come.
    const org = examination.find('org')
    const { authorizationServerId } =
      org !== undefined && connection.tokenUrl ? parseTokenUrl(connection.tokenUrl, org) : {}
    const audience =
      org !== undefined && connection.audience
        ? parseAudience(connection.audience, org, authorizationServerId)
        : undefined
    const assertion = { ...connection.assertion, audience }
    const warnings = checkAssertionOptions(assertion)
    checkAssertionParameter(connection.assertionParameter)
    const headers = tokenRequestHeaders(connection.headers)
    examination.learn({
      settings: {
        authorizationServerId,
        assertion,
        headers,
        assertionParameter: connection.assertionParameter,
        dpopRequired: connection.dpopRequired,
      },
    })
    yield* cautions(
      warnings,
      'Choose 240 seconds for the life of assertions (--jwt-expiry-seconds 240).',
    )
    const where = org === undefined ? 'the org' : tokenUrl(org, authorizationServerId)
    yield ok(`Assertions are for ${where}.`)
    return true
  },
}
