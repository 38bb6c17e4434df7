/** @module Whether the API token has the form of one. */

import { Secret } from '../../secret.ts'
import { checkApiToken } from '../../token/credential.ts'
import type { Check } from '../check.ts'
import { ok } from '../finding.ts'

/** Reads the text; asks nobody. */
export const apiTokenCheck: Check = {
  name: 'api-token',
  question: 'Does the API token have the form of one?',
  needs: [],
  credential: 'api-token',
  async *run(examination) {
    const { apiToken = new Secret('') } = examination.connection
    checkApiToken({ kind: 'api-token', apiToken })
    examination.learn({ apiToken })
    yield ok('The API token has the form of one.')
    return true
  },
}
