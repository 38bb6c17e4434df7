/** @module What a person gave on the Connect page so far: merged with what is sent anew, and sealed where it is secret. */

import type { z } from 'zod'
import type { connectTryMembers } from '../config/connect-fields.ts'
import { fieldsOfMethod } from '../config/connect-fields.ts'
import type { ConnectionValues } from '../config/connection.ts'
import { type ConnectionRequest, connectionRequestOf } from '../config/named-connection.ts'
import type { ConnectDraft, ConnectSessionSettings } from '../store/connect-session-values.ts'
import { type ConnectSessionRow, updateConnectSession } from '../store/connect-sessions.ts'
import type { Lease } from '../store/leases.ts'
import type { SecretPlace } from '../store/seal.ts'
import { putSealed, readSecret, removeSecrets } from '../store/secrets.ts'
import type { Judged } from './connect.ts'
import { scopeTexts } from './connect-scopes.ts'
import { fieldNotAllowed } from './connect-session-error.ts'
import { refuseEnded } from './connect-session-life.ts'
import type { ConnectionsContext } from './context.ts'
import { readHeaders, sealCredential, withoutAlg } from './credential.ts'

/** The members of a connection that a person sends. An empty text takes back what an earlier try left. */
export type ConnectMembers = z.infer<typeof connectTryMembers>

// What says how to sign in, and is never kept in clear.
const SECRETS: ReadonlySet<string> = new Set(['key', 'passphrase', 'apiToken', 'headers'])

/**
 * Refuses a member that the session fixes with another value, or does not let a person set.
 *
 * @throws {ConnectSessionError} `connect_field_not_allowed`
 */
export function requireAllowed(
  { given, fields }: ConnectSessionSettings,
  members: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined || value === '') continue
    const fixed: unknown = Object.hasOwn(given, name) ? Reflect.get(given, name) : undefined
    const isAllowed = fixed === undefined ? fields.includes(name) : isSame(name, fixed, value)
    if (!isAllowed) throw fieldNotAllowed(name)
  }
}

/** The connection that a try is for: what is fixed, what is sent, and of an earlier try what was left out. */
export async function requestOf(
  context: ConnectionsContext,
  row: ConnectSessionRow,
  sent: ConnectMembers,
): Promise<ConnectionRequest> {
  const { given, wants } = row.settings
  const draft = row.draft ?? { members: {} }
  const method = methodOf(draft, sent)
  const members = mergedMembers(draft, sent, method)
  const request = connectionRequestOf({
    ...members,
    ...given,
    orgUrl: given.orgUrl ?? members.orgUrl ?? '',
    name: row.name,
    wants: wants === undefined ? undefined : [...wants],
  })
  const values = { ...request.values, ...(await sealedValues(context, row, { sent, method })) }
  return { ...request, values }
}

/** Seals what was judged as the draft of the session, in the place of the one before. @throws {ConnectSessionError} `connect_session_ended` */
export async function saveDraft(
  { store, seal, clock }: ConnectionsContext,
  row: ConnectSessionRow,
  of: { readonly judged: Judged; readonly sent: ConnectMembers; readonly lease: Lease },
): Promise<void> {
  const { judged, sent, lease } = of
  const { id } = row
  const { credential } = judged.named
  const secrets = await sealCredential(seal, id, credential)
  const before = row.draft ?? { members: {} }
  const members = mergedMembers(before, sent, methodOf(before, sent))
  const headerNames = Object.keys(judged.request.values.headers ?? {})
  const draft: ConnectDraft = {
    members: Object.fromEntries(Object.entries(members).filter(([name]) => !SECRETS.has(name))),
    ...(credential.kind === 'api-token'
      ? { hasApiToken: true }
      : { kid: credential.key.kid, ...(headerNames.length === 0 ? {} : { headerNames }) }),
    ...(before.isGuided ? { isGuided: true } : {}),
  }
  await lease.transaction(async () => {
    const updated = await updateConnectSession(store, id, { draft }, clock.now())
    if (updated === undefined) await refuseEnded(store, id)
    await removeSecrets(store, { connectionId: id })
    for (const { place, sealed } of secrets) await putSealed(store, seal, place, sealed)
  })
}

/** How the try signs in, as far as it can be told before the values are judged. */
function methodOf(draft: ConnectDraft, sent: ConnectMembers): 'service-app' | 'api-token' {
  if (sent.key) return 'service-app'
  return sent.apiToken || draft.hasApiToken ? 'api-token' : 'service-app'
}

/** The members without those of the other method, which an earlier try may have left. */
function mergedMembers(
  draft: ConnectDraft,
  sent: ConnectMembers,
  method: 'service-app' | 'api-token',
): ConnectMembers {
  const others = new Set<string>(
    fieldsOfMethod(method === 'api-token' ? 'service-app' : 'api-token'),
  )
  const kept = Object.entries(draft.members).filter(
    // A key that was pasted anew has an id of its own.
    ([name]) => !others.has(name) && !(name === 'keyId' && sent.key),
  )
  const merged = Object.entries({ ...Object.fromEntries(kept), ...sent })
  // Judged when it was sent.
  return Object.fromEntries(merged.filter(([, value]) => value !== '' && value !== undefined))
}

/** What an earlier try sealed and this one does not replace. */
async function sealedValues(
  { store, seal }: ConnectionsContext,
  { id, draft }: ConnectSessionRow,
  of: { readonly sent: ConnectMembers; readonly method: 'service-app' | 'api-token' },
): Promise<Pick<ConnectionValues, 'key' | 'apiToken' | 'headers'>> {
  const { sent, method } = of
  if (draft === null) return {}
  const open = (kind: SecretPlace['kind'], label = '') =>
    readSecret(store, seal, { connectionId: id, kind, label })
  if (method === 'api-token') {
    const apiToken =
      sent.apiToken === undefined && draft.hasApiToken ? await open('api-token') : undefined
    return apiToken === undefined ? {} : { apiToken }
  }
  const key =
    sent.key === undefined && draft.kid !== undefined
      ? await open('private-key', draft.kid)
      : undefined
  const headers =
    sent.headers === undefined && draft.headerNames !== undefined
      ? await open('headers')
      : undefined
  return {
    ...(key === undefined ? {} : { key: sent.jwtAlg === undefined ? key : withoutAlg(key) }),
    ...(headers === undefined ? {} : { headers: readHeaders(headers) }),
  }
}

/** Whether what is sent is what is fixed. Of scopes the order and the separators do not matter. */
function isSame(name: string, fixed: unknown, sent: unknown): boolean {
  if (name !== 'scopes') return fixed === sent
  return setText(fixed) === setText(sent)
}

function setText(scopes: unknown): string {
  return [...new Set(scopeTexts(scopes))].toSorted().join(' ')
}
