/** @module What the replacement of a whole app did to its keys and secrets. */

import type { App, OauthClient } from '../state/app.ts'
import type { EventDraft } from '../system-log/event.ts'
import { credentialEvent } from './events.ts'

/** What a whole new body did to the keys and secrets of an app: one event for each. */
export function credentialChanges(
  app: App,
  before: OauthClient | undefined,
): readonly EventDraft[] {
  const after = app.oauth
  if (after === undefined) return []
  return [
    ...changes(app, 'JsonWebKey', before?.keys ?? [], after.keys),
    ...changes(app, 'ClientSecret', before?.secrets ?? [], after.secrets),
  ]
}

/** Whether a whole new body changed what an app proves itself by: a key, a secret, or the URL of its keys. */
export function rotatesCredentials(app: App, before: OauthClient | undefined): boolean {
  return app.oauth?.jwksUri !== before?.jwksUri || credentialChanges(app, before).length > 0
}

interface Credential {
  readonly id: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly lastUpdatedMs: number
}

function changes(
  app: App,
  type: 'JsonWebKey' | 'ClientSecret',
  before: readonly Credential[],
  after: readonly Credential[],
): readonly EventDraft[] {
  const gone = before.filter(({ id }) => !after.some((credential) => credential.id === id))
  const added = after.filter((credential) => !before.includes(credential))
  return [
    ...added.map(({ id }) => credentialEvent('create', app, { id, type })),
    ...gone.map(({ id }) => credentialEvent('delete', app, { id, type })),
  ]
}
