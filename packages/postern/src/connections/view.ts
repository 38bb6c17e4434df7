/** @module A stored connection as it is shown: everything that may be known of it, and nothing that is secret. */

import {
  type Audience,
  assertionType,
  inputs,
  type JsonValue,
  parseOrgUrl,
  scopeCovers,
  tokenUrl,
} from '@postern/core'
import type { ConnectionSettings, DoctorResult, KnownRoles } from '../store/connection-settings.ts'
import type { ConnectionRow } from '../store/connections.ts'

/** An input, and whether a connection can read it. */
export interface InputView {
  readonly name: string
  readonly title: string
  /** False where scopes are missing. What the admin role lets through, only the doctor sees. */
  readonly runs: boolean
  readonly missingScopes: readonly string[]
}

/** How a connection signs in as a service app. Members that were left to their default say what that is. */
export interface ServiceAppView {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly kid: string
  readonly jwtAlg: string
  readonly jwtExpirySeconds: number
  readonly jwtIssuer: string
  readonly jwtSubject: string
  readonly jwtAudience: Audience
  readonly jwtClaims: Readonly<Record<string, JsonValue>>
  readonly tokenUrl: string
  readonly assertionKey: string
  /** Fixed, as is the type of the assertion. */
  readonly grantType: 'client_credentials'
  readonly clientAssertionType: string
  /** Of the headers of the token request; their values are sealed. */
  readonly headerNames: readonly string[]
  readonly dpop: 'auto' | 'always' | 'never'
  /** Where Okta fetches the app's keys; absent where it keeps them. */
  readonly jwksUri?: string
}

/** A stored connection as it is shown. */
export interface ConnectionView extends Partial<ServiceAppView> {
  readonly name: string
  readonly description?: string
  readonly orgUrl: string
  readonly kind: ConnectionRow['kind']
  /** Since when the key, or the API token, is the one in use. */
  readonly credentialSince: string
  readonly credentialAgeDays: number
  readonly rotationIntervalDays?: number
  readonly nextRotationAt?: string
  readonly wants?: readonly string[]
  readonly doctor?: Omit<DoctorResult, 'roles'>
  /** As they were told the last time; absent: nobody who may tell was asked. */
  readonly roles?: KnownRoles
  readonly inputs: readonly InputView[]
  readonly createdAt: string
  readonly updatedAt: string
}

const DEFAULT_LIFETIME_SECONDS = 240
const DAY_MS = 86_400_000

/** Shows a connection. */
export function viewOf(row: ConnectionRow, now: Date): ConnectionView {
  const { settings } = row
  const { roles, ...doctor } = row.doctor ?? {}
  const ageMs = now.getTime() - row.credential_since.getTime()
  return {
    name: row.name,
    ...(row.description === null ? {} : { description: row.description }),
    orgUrl: row.org_url,
    kind: row.kind,
    ...(row.kind === 'service-app' ? serviceAppOf(row) : {}),
    credentialSince: row.credential_since.toISOString(),
    credentialAgeDays: Math.max(0, Math.floor(ageMs / DAY_MS)),
    ...(row.rotation_interval_days === null
      ? {}
      : { rotationIntervalDays: row.rotation_interval_days }),
    ...(row.next_rotation_at === null
      ? {}
      : { nextRotationAt: row.next_rotation_at.toISOString() }),
    ...(settings.wants === undefined ? {} : { wants: settings.wants }),
    ...('status' in doctor ? { doctor } : {}),
    ...(roles === undefined ? {} : { roles }),
    inputs: inputsOf(row),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

function serviceAppOf({ org_url, client_id, settings }: ConnectionRow): ServiceAppView {
  const { scopes = [], publicJwk, assertion = {}, authorizationServerId, jwksUri } = settings
  const clientId = client_id ?? ''
  // It was judged when it was kept.
  const customDomains = [new URL(org_url).hostname]
  const { org } = parseOrgUrl(org_url, { dev: true, customDomains })
  return {
    clientId,
    scopes,
    kid: publicJwk?.kid ?? '',
    jwtAlg: publicJwk?.alg ?? '',
    jwtExpirySeconds: assertion.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS,
    jwtIssuer: assertion.issuer ?? clientId,
    jwtSubject: assertion.subject ?? clientId,
    jwtAudience: assertion.audience ?? 'token-url',
    jwtClaims: assertion.additionalClaims ?? {},
    tokenUrl: tokenUrl(org, authorizationServerId),
    assertionKey: settings.assertionParameter ?? 'client_assertion',
    grantType: 'client_credentials',
    clientAssertionType: assertionType,
    headerNames: settings.headerNames ?? [],
    dpop: dpopOf(settings),
    ...(jwksUri === undefined ? {} : { jwksUri }),
  }
}

function dpopOf({ dpopRequired }: ConnectionSettings): ServiceAppView['dpop'] {
  if (dpopRequired === undefined) return 'auto'
  return dpopRequired ? 'always' : 'never'
}

function inputsOf({ kind, settings }: ConnectionRow): readonly InputView[] {
  const { scopes = [], authorizationServerId } = settings
  return inputs.map(({ name, title, scopes: needed }) => {
    // A custom authorization server's tokens are for other APIs than Okta's, whatever their scopes are called.
    const has = authorizationServerId === undefined ? scopes : []
    const missingScopes =
      kind === 'api-token' ? [] : needed.filter((scope) => !scopeCovers(has, scope))
    return { name, title, runs: missingScopes.length === 0, missingScopes }
  })
}

/** What stays at Okta once a connection is removed here, and how to remove it there. */
export function describeRemains({ org_url, kind, client_id, settings }: ConnectionRow): string {
  if (kind === 'api-token') {
    return `The API token stays good in ${org_url}. Revoke it there: Security > API > Tokens > Revoke.`
  }
  return `The app ${client_id} with its key ${settings.publicJwk?.kid} stays in ${org_url}, and tokens that were handed out are good for up to an hour. Remove it there: Applications > Applications > the app > Deactivate, then Delete.`
}
