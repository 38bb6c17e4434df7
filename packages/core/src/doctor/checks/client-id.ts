/** @module Whether the client id is one. */

import { parseClientId } from '../../url/client-id.ts'
import type { Check } from '../check.ts'
import { ok, remarks } from '../finding.ts'

/** Reads the text; asks nobody. */
export const clientIdCheck: Check = {
  name: 'client-id',
  question: 'Is the Client ID one?',
  needs: [],
  credential: 'service-app',
  async *run(examination) {
    const { clientId, warnings } = parseClientId(examination.connection.clientId ?? '')
    examination.learn({ clientId })
    yield ok(`The Client ID is ${clientId}.`, { clientId })
    yield* remarks(warnings)
    return true
  },
}
