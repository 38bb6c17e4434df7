/** @module Changes a connection: what is new is judged and tried out like a new connection, and takes the old one's place whole. */

import { isDeepStrictEqual } from 'node:util'
import { type OrgUrl, parseOrgUrl } from '@postern/core'
import { type Connection, type ConnectionValues, parseConnection } from '../config/connection.ts'
import { ConnectionError, Form } from '../config/connection-form.ts'
import { type ConnectionChangeMembers, changedValues } from '../config/connection-members.ts'
import { parseDescription } from '../config/description.ts'
import { ownKeySetUrl, parseKeySet } from '../config/key-set.ts'
import { parseRotationAdmin, requireRotatable } from '../config/named-connection.ts'
import { requireOneCredential } from '../config/one-credential.ts'
import { parseWanted } from '../config/wanted-scopes.ts'
import { isProbablePrime } from '../http/primes.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import type { ConnectionSettings, DoctorResult } from '../store/connection-settings.ts'
import {
  type ConnectionChange,
  type ConnectionRow,
  findConnection,
  updateConnection,
} from '../store/connections.ts'
import { suspendRotation } from '../store/rotations.ts'
import { type SecretKind, secretKinds } from '../store/seal.ts'
import { putSealed, removeSecrets } from '../store/secrets.ts'
import { auditFailure } from './audit-failure.ts'
import type { Connected } from './connect.ts'
import type { ConnectionsContext } from './context.ts'
import {
  type PlacedSecret,
  readCredential,
  sealCredential,
  settingsOf,
  valuesOfCredential,
  withoutAlg,
} from './credential.ts'
import { requireOneKey, useKeyDraft, withDraft } from './key-drafts.ts'
import { scheduleWarnings } from './key-holder.ts'
import { nextRotationAt } from './save.ts'
import { connectionChanged, connectionKind } from './stored-connection-error.ts'
import {
  leaveToDoctor,
  requireUsable,
  resultOf,
  type TrialOptions,
  tryOut,
  withFoundScopes,
} from './trial.ts'

/** What is to be changed. */
export interface UpdateRequest {
  readonly members: ConnectionChangeMembers
  /** Keeps it even if it does not work, or not yet. */
  readonly force?: boolean | undefined
}

interface Updating {
  /** As it is. */
  readonly row: ConnectionRow
  readonly request: UpdateRequest
  readonly by: Caller
}

// What says nothing about how the connection signs in.
const OWN_MEMBERS = [
  'description',
  'rotationIntervalDays',
  'rotationAdmin',
  'keys',
  'jwksUrl',
  'wants',
]

/**
 * Changes a connection, all of it or nothing.
 *
 * @throws {ConnectionError} with every value that cannot be used.
 * @throws {StoredConnectionError} `connection_unusable` unless it is forced; `connection_kind`; `connection_changed` where
 *   somebody else was faster.
 */
export async function update(
  context: ConnectionsContext,
  updating: Updating,
  options: TrialOptions,
): Promise<Connected> {
  const { row, request, by } = updating
  const deed = { ...by, action: 'connection.update', connection: row.name }
  return auditFailure(context, deed, async () => {
    const own = ownChange(context, row, request.members)
    const signsInAnew = Object.keys(request.members).some((name) => !OWN_MEMBERS.includes(name))
    if (signsInAnew) return await changeCredential(context, { ...updating, own }, options)
    const updated = await keep(context, { ...updating, change: own })
    const warnings = scheduleWarnings(updated, context.publicUrl)
    return { row: updated, findings: [], warnings }
  })
}

/** What changes beside the credential, once there is one credential at most. @throws {ConnectionError} */
function ownChange(
  { clock, publicUrl }: ConnectionsContext,
  row: ConnectionRow,
  members: ConnectionChangeMembers,
): ConnectionChange {
  const { description, rotationIntervalDays: days } = members
  const now = clock.now()
  const form = new Form()
  form.read('API Key', () => ({ value: requireOneCredential(members) }))
  form.read('Rotation', () => ({ value: requireRotatable(row.kind, days ?? undefined) }))
  const described = form.read('Description', () => ({ value: parseDescription(description) }))
  const settings = ownSettings(form, row, { members, publicUrl })
  if (form.problems.length > 0) throw new ConnectionError(form.problems)
  return {
    ...(description === undefined ? {} : { description: described ?? null }),
    ...(days === undefined
      ? {}
      : {
          rotationIntervalDays: days,
          nextRotationAt: nextRotationAt(days ?? undefined, now) ?? null,
        }),
    ...(isDeepStrictEqual(settings, row.settings) ? {} : { settings }),
  }
}

/** The settings with what changes beside the credential. */
function ownSettings(
  form: Form,
  { name, settings }: ConnectionRow,
  of: {
    readonly members: ConnectionChangeMembers
    readonly publicUrl: string | undefined
  },
): ConnectionSettings {
  const { wants, rotationAdmin, keys, jwksUrl } = of.members
  const ownUrl = of.publicUrl === undefined ? undefined : ownKeySetUrl(of.publicUrl, name)
  const keySet = { keys: keys ?? undefined, jwksUrl: jwksUrl ?? undefined }
  const changed = {
    wants:
      wants === undefined
        ? settings.wants
        : form.read('For', () => ({ value: wants ? parseWanted(wants) : undefined })),
    rotationAdmin:
      rotationAdmin === undefined
        ? settings.rotationAdmin
        : form.read('Rotation Admin', () => ({ value: parseRotationAdmin(rotationAdmin) })),
    jwksUri:
      keys === undefined && jwksUrl === undefined
        ? settings.jwksUri
        : form.read('Key Set', () => ({ value: parseKeySet(keySet, ownUrl) })),
  }
  const { wants: _wants, rotationAdmin: _admin, jwksUri: _uri, ...rest } = settings
  const given = Object.entries(changed).filter(([, value]) => value !== undefined)
  return { ...rest, ...Object.fromEntries(given) }
}

async function changeCredential(
  context: ConnectionsContext,
  updating: Updating & { readonly own: ConnectionChange },
  options: TrialOptions,
): Promise<Connected> {
  const { seal, clock, dev } = context
  const { row, request, own } = updating
  requireSameKind(row, request.members)
  const customDomains = await context.customDomains()
  const { org } = parseOrgUrl(row.org_url, { customDomains, dev })
  const values = await newValues(context, row, { org, members: request.members })
  const findScopes = leaveToDoctor
  const parsed = await parseConnection(values, { customDomains, dev, isProbablePrime, findScopes })
  const { wants, jwksUri, rotationAdmin } = own.settings ?? row.settings
  const findings = await tryOut(context, { org, values, wants }, options)
  const credential = withFoundScopes(parsed.credential, findings)
  requireUsable(row.name, { credential, findings, force: request.force })
  const secrets = await sealCredential(seal, row.id, credential)
  options.signal?.throwIfAborted()
  const now = clock.now()
  const { key, apiToken, keyDraft } = request.members
  const settings = {
    ...settingsOf(credential),
    ...(wants === undefined ? {} : { wants }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(rotationAdmin === undefined ? {} : { rotationAdmin }),
  }
  const change: ConnectionChange = {
    ...((key ?? apiToken ?? keyDraft) === undefined ? {} : renewed(row, now)),
    ...own,
    settings,
    ...(credential.kind === 'service-app' ? { clientId: credential.clientId } : {}),
    doctor: { ...sameRoles(row, credential), ...resultOf(findings, now) },
  }
  // A key that stays has its secret already, and beside it may be the one that a rotation is about to put in its place.
  const isSameKey = isDeepStrictEqual(settings.publicJwk, row.settings.publicJwk)
  const replaced = secrets.filter(({ place }) => !isSameKey || place.kind !== 'private-key')
  const kinds = isSameKey ? (['headers', 'api-token'] as const) : secretKinds
  const updated = await keep(context, { ...updating, change, kinds, secrets: replaced })
  const warnings = [...parsed.warnings, ...scheduleWarnings(updated, context.publicUrl)]
  return { row: updated, findings, warnings }
}

/** What is known of the roles, where it is the same app by its client id. */
function sameRoles(
  { doctor, client_id }: ConnectionRow,
  credential: Connection['credential'],
): Partial<DoctorResult> {
  const isSame = credential.kind === 'service-app' && credential.clientId === client_id
  return isSame && doctor?.roles !== undefined ? { roles: doctor.roles } : {}
}

/** A new credential is rotated when its own interval is over. */
function renewed({ rotation_interval_days: days }: ConnectionRow, now: Date): ConnectionChange {
  return {
    credentialSince: now,
    ...(days === null ? {} : { nextRotationAt: nextRotationAt(days, now) ?? null }),
  }
}

/** @throws {StoredConnectionError} `connection_kind` */
function requireSameKind({ name, kind }: ConnectionRow, members: ConnectionChangeMembers): void {
  const strange = Object.keys(members).filter((member) =>
    kind === 'service-app'
      ? member === 'apiToken'
      : member !== 'apiToken' && !OWN_MEMBERS.includes(member),
  )
  if (strange.length > 0) throw connectionKind(name, kind, strange)
}

async function newValues(
  context: ConnectionsContext,
  row: ConnectionRow,
  { org, members }: { readonly org: OrgUrl; readonly members: ConnectionChangeMembers },
): Promise<ConnectionValues> {
  requireOneKey(members.key, members.keyDraft)
  const credential = await readCredential(context, row)
  const kept = changedValues(valuesOfCredential(org, credential), members)
  const values = await withDraft(context, kept, members.keyDraft)
  const keepsKey = (members.key ?? members.keyDraft) === undefined && members.jwtAlg !== undefined
  return keepsKey && credential.kind === 'service-app'
    ? { ...values, key: withoutAlg(credential.key.privateJwk) }
    : values
}

function keep(
  { store, seal, clock }: ConnectionsContext,
  of: Updating & {
    readonly change: ConnectionChange
    /** Whose secrets go. */
    readonly kinds?: readonly SecretKind[]
    readonly secrets?: readonly PlacedSecret[]
  },
): Promise<ConnectionRow> {
  const { row, request, by, change, kinds = [], secrets = [] } = of
  const { id, name } = row
  const now = clock.now()
  return store.transaction(async () => {
    if (!(await updateConnection(store, row, change, now))) throw connectionChanged(name)
    // A rotation is given up with the key, or the app, that it was of.
    if (givesUpRotation(row, change)) await suspendRotation(store, id)
    const { keyDraft } = request.members
    if (keyDraft !== undefined) await useKeyDraft(store, keyDraft)
    for (const kind of kinds) await removeSecrets(store, { connectionId: id, kind })
    for (const { place, sealed } of secrets) await putSealed(store, seal, place, sealed)
    const details = { fields: Object.keys(request.members).sort() }
    const entry = { ...by, action: 'connection.update', connection: name, outcome: 'ok', details }
    await appendAudit(store, entry, now)
    const updated = await findConnection(store, name)
    if (updated === undefined) throw connectionChanged(name)
    return updated
  })
}

function givesUpRotation(
  { client_id, settings: { publicJwk } }: ConnectionRow,
  { clientId, settings }: ConnectionChange,
): boolean {
  const isSameKey = settings === undefined || isDeepStrictEqual(settings.publicJwk, publicJwk)
  return !isSameKey || (clientId !== undefined && clientId !== client_id)
}
