/** @module The app of a stored connection, as its key is rotated. */

import { type OrgUrl, parseOrgUrl, RotationError } from '@postern/core'
import type { ConnectionRow } from '../store/connections.ts'
import type { ConnectionsContext } from './context.ts'
import { readCredential } from './credential.ts'
import type { RotatedApp } from './rotated-app.ts'

/** The service app that a connection signs in as. @throws {RotationError} `rotation_app_unfit` for an API token. */
export async function appOf(context: ConnectionsContext, row: ConnectionRow): Promise<RotatedApp> {
  const credential = await readCredential(context, row)
  if (credential.kind !== 'service-app') {
    throw new RotationError('rotation_app_unfit', `The connection ${row.name} has no key.`, {
      remedy: 'Create a new API token under Security > API > Tokens, and connect with it.',
    })
  }
  const customDomains = await context.customDomains()
  const org: OrgUrl = parseOrgUrl(row.org_url, { customDomains, dev: context.dev }).org
  const { clientId, scopes, key, dpopRequired, ...rest } = credential
  const { authorizationServerId, assertion, assertionParameter, headers } = rest
  const { jwksUri } = row.settings
  return {
    label: row.name,
    org,
    clientId,
    scopes,
    dpopRequired: dpopRequired ?? false,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    publicJwk: key.publicJwk,
    customDomains,
    more: { authorizationServerId, assertion, assertionParameter, headers },
  }
}
