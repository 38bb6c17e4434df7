/** @module The OAuth clients of an org: those of its apps that have a client id. */

import type { App, OauthClient } from '../state/app.ts'
import type { Org } from '../state/org.ts'

/** An app that is an OAuth client. */
export interface Client {
  readonly app: App
  readonly oauth: OauthClient
}

/** The client with an id. */
export function findClient(org: Org, clientId: string): Client | undefined {
  // The client id is the id of the app unless somebody chose another when the app was made.
  const likely = asClient(org.apps.get(clientId))
  if (likely?.oauth.clientId === clientId) return likely
  for (const app of org.apps) if (app.oauth?.clientId === clientId) return asClient(app)
  return undefined
}

function asClient(app: App | undefined): Client | undefined {
  return app?.oauth === undefined ? undefined : { app, oauth: app.oauth }
}
