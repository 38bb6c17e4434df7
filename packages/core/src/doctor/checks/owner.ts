/** @module Whether the org takes the API token, and whose it is. */

import { ApiError } from '../../org/errors.ts'
import { textOf } from '../../org/members.ts'
import type { Check } from '../check.ts'
import { openClient } from '../client.ts'
import { fromError, type Observation, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { readPage } from '../read-page.ts'
import { parseRecord } from '../record.ts'

const OWNER_PATH = '/api/v1/users/me'

/** Asks for the user behind the token, whom every token may read: an API token acts as its owner. */
export const ownerCheck: Check = {
  name: 'owner',
  question: 'Does the org take the API token?',
  needs: ['api-token', 'reachable', 'clock'],
  credential: 'api-token',
  async *run(examination) {
    const apiToken = examination.known('apiToken')
    examination.learn({ client: openClient(examination, { kind: 'api-token', apiToken }) })
    try {
      const { records } = await readPage(examination, OWNER_PATH)
      const owner = parseRecord(records[0])
      if (owner === undefined) {
        const observed = `GET ${OWNER_PATH} was answered with what is no user.`
        yield problem('org_not_answering_json', observed)
        return false
      }
      const ownerId = textOf(owner, 'id')
      if (ownerId !== undefined) examination.learn({ ownerId })
      yield ok('The org takes the API token.', { ownerId })
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      yield explain(error)
      return false
    }
  },
}

/** Okta has one answer for every token it does not take, and the answer of a missing role for one outside its zone. */
function explain(error: ApiError): Observation {
  const { message, details } = error
  switch (error.code) {
    case 'api_token_refused':
      return { ...fromError(error), certainty: 'likely' }
    case 'role_insufficient':
      return problem(
        'api_token_network_zone',
        `${message.replace(/\.$/, '')}, although every token may read its own owner: it is used from outside its network zone.`,
        { certainty: 'likely', details },
      )
    default:
      return fromError(error)
  }
}
