/** @module What an org has registered for a service app: read with an admin's credential, and only where something was refused. */

import { eachOf, isMembers, type Members, membersOf, textOf } from '../org/members.ts'
import { parseApp, type ServiceApp } from '../service-app/app.ts'
import { keysIn, parseKey } from '../service-app/public-keys.ts'
import { askAdmin } from './ask-admin.ts'
import type { Examination } from './examination.ts'

/** What of an app decides whether its client is let in. */
export type Registration = Pick<ServiceApp, 'isActive' | 'authMethod' | 'jwksUri' | 'keys'>

/**
 * The app of the client id; `absent` where the org has none, undefined where nobody may tell.
 *
 * An app whose client id was chosen has another id of its own: it is found among the apps of the client's name. Without
 * it, the client's own document says what it can.
 *
 * @see Okta, "Applications API" - the id of an app is its client id unless another was chosen when it was made
 */
export async function readRegistration(
  examination: Examination,
): Promise<Registration | 'absent' | undefined> {
  const clientId = encodeURIComponent(examination.known('clientId'))
  const app = await askAdmin(examination, `/api/v1/apps/${clientId}`)
  if (app !== 'absent') return isMembers(app?.json) ? parseApp(app.json) : undefined
  const client = await askAdmin(examination, `/oauth2/v1/clients/${clientId}`)
  if (client === 'absent') return 'absent'
  if (!isMembers(client?.json)) return undefined
  return (await findAppOf(examination, client.json)) ?? describeClient(client.json)
}

async function findAppOf(
  examination: Examination,
  client: Members,
): Promise<Registration | undefined> {
  const query = new URLSearchParams({ q: textOf(client, 'client_name') ?? '', limit: '200' })
  const apps = await askAdmin(examination, `/api/v1/apps?${query}`)
  const known = apps === 'absent' ? [] : eachOf(apps?.json).map(parseApp)
  return known.find(({ clientId }) => clientId === examination.known('clientId'))
}

function describeClient(client: Members): Registration {
  return {
    // A client's own document does not tell.
    isActive: true,
    authMethod: textOf(client, 'token_endpoint_auth_method'),
    jwksUri: textOf(client, 'jwks_uri'),
    keys: keysIn(membersOf(client, 'jwks')).map(parseKey),
  }
}
