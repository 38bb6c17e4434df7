/** @module Changes of the keys and secrets of an app: one of them, or all by a whole new body. */

import type { ManagementRequest } from '../http/request.ts'
import type { App, OauthClient } from '../state/app.ts'
import type { ClientApp } from '../state/clients.ts'
import type { EventDraft } from '../system-log/event.ts'
import { credentialEvent } from './events.ts'

const operations = {
  create: 'created',
  activate: 'updated',
  deactivate: 'updated',
  delete: 'deleted',
} as const

/** What the ledger calls each type of credential. */
const ledgerNames = { JsonWebKey: 'key', ClientSecret: 'secret' } as const

/** What was done to one key or secret. */
export interface CredentialChange {
  readonly id: string
  readonly type: keyof typeof ledgerNames
  readonly what: keyof typeof operations
}

/** Puts an app with its new keys or secrets, and leaves the trace of what was done to one of them. */
export function putCredentials(
  { org, cause }: ManagementRequest,
  app: ClientApp,
  changed: Partial<Pick<OauthClient, 'keys' | 'secrets'>>,
  { id, type, what }: CredentialChange,
): void {
  org.apps.put({ ...app, lastUpdatedMs: org.time.secondMs(), oauth: { ...app.oauth, ...changed } })
  const events = [credentialEvent(what, app, { id, type })]
  const trace = { what: ledgerNames[type], op: operations[what], id: app.id, member: id, events }
  org.record(trace, cause)
}

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
