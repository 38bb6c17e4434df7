/** @module The OAuth clients of an org: those of its apps that have a client id. */

import type { App, OauthClient } from './app.ts'
import type { Org } from './org.ts'

/** An app that is an OAuth client. */
export type ClientApp = App & { readonly oauth: OauthClient }

/** Whether an app is an OAuth client. */
export function isClient(app: App): app is ClientApp {
  return app.oauth !== undefined
}

/** The client with an id. */
export function findClient(org: Org, clientId: string): ClientApp | undefined {
  // The client id is the id of the app unless somebody chose another when the app was made.
  const likely = org.apps.get(clientId)
  if (likely !== undefined && isClient(likely) && likely.oauth.clientId === clientId) return likely
  for (const app of org.apps) if (isClient(app) && app.oauth.clientId === clientId) return app
  return undefined
}
