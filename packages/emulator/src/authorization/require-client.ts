/** @module Whether a client id belongs to an app that may sign in at all. */

import { type ClientApp, findClient } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import { oauthError, olderShape } from './oauth-error.ts'

/** @throws {RefusedRequest} `invalid_client` for a client id that the org does not know. */
export function requireKnown(org: Org, clientId: string): ClientApp {
  const client = findClient(org, clientId)
  if (client === undefined) throw unknownClient(org)
  return client
}

/** @throws {RefusedRequest} `invalid_client` for an app that was deactivated. */
export function requireActive(org: Org, { status }: ClientApp): void {
  if (status === 'ACTIVE') return
  if (org.assumptions.inactiveAppAtToken === 'client-id-invalid') throw unknownClient(org)
  throw oauthError('client_authentication_failed')
}

function unknownClient(org: Org): Error {
  const refusal = oauthError('invalid_client_id')
  return org.assumptions.unknownClientBody === 'oauth' ? refusal : olderShape(refusal)
}
