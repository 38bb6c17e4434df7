/** @module Makes a connection what a configuration file declares. */

import { hash, timingSafeEqual } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  type Clock,
  importKey,
  PosternError,
  type PrivateKey,
  parseOrgUrl,
  Secret,
} from '@postern/core'
import type { Connection } from '../config/connection.ts'
import { parseConnection } from '../config/connection.ts'
import {
  type ConnectionChangeMembers,
  type ConnectionMembers,
  changedValues,
} from '../config/connection-members.ts'
import type { DeclaredConnection } from '../config/file/declared.ts'
import { readMembers } from '../config/file/read-secrets.ts'
import type { ReferenceSources } from '../config/file/reference.ts'
import { parseJwtAlg } from '../config/jwt-alg.ts'
import { connectionRequestOf } from '../config/named-connection.ts'
import { parseWanted } from '../config/wanted-scopes.ts'
import type { Connections } from '../connections/connections.ts'
import { readCredential, valuesOfCredential } from '../connections/credential.ts'
import { leaveToDoctor } from '../connections/trial.ts'
import { isProbablePrime } from '../http/primes.ts'
import { appendAudit } from '../store/audit.ts'
import { type ConnectionRow, findConnection } from '../store/connections.ts'
import { putDeclaredKey, readDeclaredKey } from '../store/declared-keys.ts'
import type { Seal } from '../store/seal.ts'
import { putStandingApprovals, readStandingApprovals } from '../store/standing-approvals.ts'
import type { Store } from '../store/store.ts'
import { type Applied, byConfig } from './applied.ts'

/** What {@link applyConnection} works with. */
export interface ApplyConnectionContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
  readonly connections: Connections
  readonly customDomains: readonly string[]
  readonly dev: boolean
  readonly sources: ReferenceSources
  readonly signal?: AbortSignal | undefined
}

class ConnectionConflict extends PosternError<'connection_other_org'> {
  override readonly name = 'ConnectionConflict'
}

type Members = Omit<ConnectionMembers, 'name' | 'orgUrl'>
type ServiceApp = Extract<Connection['credential'], { readonly kind: 'service-app' }>

const OWN_MEMBERS = [
  'description',
  'rotationIntervalDays',
  'rotationAdmin',
  'keys',
  'jwksUrl',
  'wants',
] as const

/**
 * Connects, or changes what is other than the file says. What the file does not name stays; nothing is written where nothing
 * differs. The doctor goes first, as it does for everybody.
 *
 * A key that Postern rotated is not put back: the file's key counts again when it is another one than the last time.
 *
 * @throws {PosternError} where it cannot be so; the connection is then as it was before, but for its standing approvals.
 */
export async function applyConnection(
  declared: DeclaredConnection,
  context: ApplyConnectionContext,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  const { store, connections, sources, signal } = context
  const row = await findConnection(store, declared.name)
  // First what an operator takes back, whatever becomes of the rest.
  const isOther = row !== undefined && (await preApprove(row, declared, context))
  const { name, orgUrl, ...members } = await readMembers(declared, sources)
  if (row === undefined) {
    const request = connectionRequestOf({ name, orgUrl, ...members })
    const connected = await connections.connect(request, byConfig, { signal })
    await rememberKey(context, connected.row)
    await preApprove(connected.row, declared, context)
    return { outcome: 'added' }
  }
  requireSameOrg(row, orgUrl, context)
  const { changes, note } = await changesOf(row, members, context)
  const changed = [...Object.keys(changes), ...(isOther ? ['preApproved'] : [])].sort()
  const noted = note === undefined ? {} : { note }
  if (changed.length === 0) return { outcome: 'unchanged', ...noted }
  if (Object.keys(changes).length > 0) {
    const updated = await connections.update(name, { members: changes }, byConfig, { signal })
    if ('key' in changes) await rememberKey(context, updated.row)
  }
  return { outcome: 'changed', changed, ...noted }
}

/** Keeps the standing approvals of the file, and no other: none that is for another org. @returns whether there were others. */
async function preApprove(
  row: ConnectionRow,
  { preApproved = [], members }: DeclaredConnection,
  context: ApplyConnectionContext,
): Promise<boolean> {
  const { id, name } = row
  const { store, clock } = context
  const approvals = isOfOrg(row, members.orgUrl, context) ? preApproved : []
  return store.transaction(async () => {
    if (isDeepStrictEqual(await readStandingApprovals(store, id), approvals)) return false
    await putStandingApprovals(store, id, approvals, clock.now())
    const details = { preApproved: approvals }
    const entry = { ...byConfig, action: 'connection.pre-approve', connection: name, details }
    await appendAudit(store, { ...entry, outcome: 'ok' }, clock.now())
    return true
  })
}

function isOfOrg(row: ConnectionRow, orgUrl: string, context: ApplyConnectionContext): boolean {
  try {
    requireSameOrg(row, orgUrl, context)
    return true
  } catch {
    return false
  }
}

function requireSameOrg(
  { name, org_url }: ConnectionRow,
  orgUrl: string,
  { customDomains, dev }: ApplyConnectionContext,
): void {
  const { org } = parseOrgUrl(orgUrl, { customDomains, dev })
  if (org === org_url) return
  throw new ConnectionConflict('connection_other_org', `Connection ${name} is to ${org_url}.`, {
    remedy: `Give the connection in the file another name, or remove that one: postern connections remove ${name}.`,
    details: { connection: name, org: org_url },
  })
}

interface Changes {
  readonly changes: ConnectionChangeMembers
  readonly note?: string
}

/** The members that the file names and that are otherwise by now. */
async function changesOf(
  row: ConnectionRow,
  members: Members,
  context: ApplyConnectionContext,
): Promise<Changes> {
  const stored = await readCredential(context, row)
  const own = pick(members, changedOwn(row, members))
  const { apiToken } = members
  if (stored.kind === 'api-token' || apiToken !== undefined) {
    // Another kind of credential is refused where connections are changed.
    const isSame = stored.kind === 'api-token' && isSameSecret(stored.apiToken, apiToken)
    return { changes: isSame ? own : { ...own, ...pick(members, signInMembers(members)) } }
  }
  const key = await changesOfKey(row, { members, stored }, context)
  const changed = await changedSettings(stored, { row, members }, context)
  return { ...key, changes: { ...own, ...pick(members, changed), ...key.changes } }
}

function changedOwn(row: ConnectionRow, members: Members): readonly (keyof Members)[] {
  const { wants, rotationAdmin, jwksUri } = row.settings
  const isSame: Readonly<Record<(typeof OWN_MEMBERS)[number], boolean>> = {
    description: members.description?.trim() === (row.description ?? ''),
    rotationIntervalDays: members.rotationIntervalDays === row.rotation_interval_days,
    rotationAdmin: members.rotationAdmin === rotationAdmin,
    // With `url` alone it is this server's own, whatever that is.
    keys: (members.keys === 'url') === (jwksUri !== undefined),
    jwksUrl: hrefOf(members.jwksUrl) === hrefOf(jwksUri),
    wants: members.wants !== undefined && isDeepStrictEqual(parseWanted(members.wants), wants),
  }
  return OWN_MEMBERS.filter((name) => members[name] !== undefined && !isSame[name])
}

function hrefOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url.trim())?.href
}

function signInMembers(members: Members): readonly (keyof Members)[] {
  const names = Object.keys(members) as (keyof Members)[]
  return names.filter((name) => !OWN_MEMBERS.some((own) => own === name))
}

/** The key, where the file has another one than the last time and than the connection. */
async function changesOfKey(
  row: ConnectionRow,
  { members, stored }: { readonly members: Members; readonly stored: ServiceApp },
  { store }: ApplyConnectionContext,
): Promise<Changes> {
  const { key, keyId, passphrase, jwtAlg } = members
  const alg = jwtAlg === undefined ? undefined : parseJwtAlg(jwtAlg)
  const imported = await importKey(key ?? '', {
    kid: keyId,
    alg,
    passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
    isProbablePrime,
  })
  const inFile = fingerprintOf(imported)
  const inUse = fingerprintOf(stored.key)
  const before = await readDeclaredKey(store, row.id)
  if (inFile === inUse) {
    if (before !== inFile) await putDeclaredKey(store, row.id, inFile)
  } else if (inFile !== before) {
    return { changes: pick(members, ['key', 'keyId', 'passphrase', 'jwtAlg']) }
  }
  const isOtherAlg = alg !== undefined && alg !== stored.key.alg
  const changes = isOtherAlg ? pick(members, ['jwtAlg']) : {}
  return inFile === inUse
    ? { changes }
    : { changes, note: 'Its key was rotated: the one in use is newer than that of the file.' }
}

/** The names of the settings that would be otherwise with what the file says. */
async function changedSettings(
  stored: ServiceApp,
  { row, members }: { readonly row: ConnectionRow; readonly members: Members },
  { customDomains, dev }: ApplyConnectionContext,
): Promise<readonly (keyof Members)[]> {
  const { org } = parseOrgUrl(row.org_url, { customDomains, dev })
  const names = signInMembers(members).filter((name) => !KEY_MEMBERS.has(name))
  const values = changedValues(valuesOfCredential(org, stored), pick(members, names))
  const { credential } = await parseConnection(values, {
    customDomains,
    dev,
    // They were proven when the key was sealed.
    isProbablePrime: async () => true,
    findScopes: leaveToDoctor,
  })
  if (credential.kind === 'api-token') return []
  const [is, wanted] = [settingsByMember(stored), settingsByMember(credential)]
  return names.filter((name) => !isDeepStrictEqual(is[name], wanted[name]))
}

const KEY_MEMBERS: ReadonlySet<keyof Members> = new Set(['key', 'keyId', 'passphrase', 'jwtAlg'])

/** The settings of a service app under the names that the file has for them. */
function settingsByMember(
  credential: ServiceApp,
): Readonly<Partial<Record<keyof Members, unknown>>> {
  const { assertion = {} } = credential
  return {
    clientId: credential.clientId,
    scopes: credential.scopes,
    jwtExpirySeconds: assertion.lifetimeSeconds,
    jwtIssuer: assertion.issuer,
    jwtSubject: assertion.subject,
    jwtAudience: assertion.audience,
    jwtClaims: assertion.additionalClaims,
    tokenUrl: credential.authorizationServerId,
    assertionKey: credential.assertionParameter,
    headers: credential.headers ?? {},
    dpop: credential.dpopRequired,
  }
}

/** Whether a text is what is kept, in a time that does not tell how much of it is. */
function isSameSecret(kept: Secret, text = ''): boolean {
  return timingSafeEqual(hash('sha256', kept.reveal(), 'buffer'), hash('sha256', text, 'buffer'))
}

function pick(members: Members, names: readonly (keyof Members)[]): ConnectionChangeMembers {
  const picked = names.flatMap((name) =>
    members[name] === undefined ? [] : [[name, members[name]] as const],
  )
  return Object.fromEntries(picked)
}

async function rememberKey(
  { store, seal }: ApplyConnectionContext,
  row: ConnectionRow,
): Promise<void> {
  const credential = await readCredential({ store, seal }, row)
  if (credential.kind === 'api-token') return
  await putDeclaredKey(store, row.id, fingerprintOf(credential.key))
}

function fingerprintOf({ kid, thumbprint }: Pick<PrivateKey, 'kid' | 'thumbprint'>): string {
  return `${kid} ${thumbprint}`
}
