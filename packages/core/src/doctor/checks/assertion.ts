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
  needs: ['org-url'],
  credential: 'service-app',
  async *run(examination) {
    const org = examination.known('org')
    const { connection } = examination
    const { authorizationServerId } = connection.tokenUrl
      ? parseTokenUrl(connection.tokenUrl, org)
      : {}
    const audience = connection.audience
      ? parseAudience(connection.audience, org, authorizationServerId)
      : undefined
    const assertion = { ...connection.assertion, audience }
    const warnings = checkAssertionOptions(assertion)
    checkAssertionParameter(connection.assertionParameter)
    const headers = tokenRequestHeaders(connection.headers)
    examination.learn({
      settings: {
        ...{ authorizationServerId, assertion, headers },
        assertionParameter: connection.assertionParameter,
        dpopRequired: connection.dpopRequired,
      },
    })
    yield* cautions(
      warnings,
      'Choose 240 seconds for the life of assertions (--jwt-expiry-seconds 240).',
    )
    yield ok(`Assertions are for ${tokenUrl(org, authorizationServerId)}.`)
    return true
  },
}
