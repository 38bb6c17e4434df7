/** @module What the credential of an administrator has to be allowed, told before anything is made. */

import { ApiError } from '../org/errors.ts'
import { eachOf, requireMembers, requireText, textOf } from '../org/members.ts'
import type { Org } from '../org/org.ts'
import type { OrgRequest } from '../org/request.ts'
import type { Token } from '../token/token.ts'
import { unlessRefused } from './app.ts'

/** What the admin credential is for. */
export interface AdminTask {
  /** The Apps API, or dynamic client registration. */
  readonly via: 'apps' | 'clients'
  /** Whether roles are assigned. */
  readonly assignsRoles: boolean
}

/** How the requests are made. */
export type AskLimits = Pick<OrgRequest, 'signal' | 'timeoutMs' | 'maxAttempts'>

/** One thing that the admin credential needs. */
export interface Prerequisite {
  readonly name: 'create-app' | 'grant-scopes' | 'assign-roles'
  /** As a person says it. */
  readonly what: string
  readonly status: 'met' | 'missing' | 'unknown'
  readonly observed: string
}

const WHAT: Readonly<Record<Prerequisite['name'], string>> = {
  'create-app': 'create app integrations',
  'grant-scopes': 'grant scopes',
  'assign-roles': 'assign admin roles',
}

// Each with the scope that an access token needs for it.
const SCOPES: Readonly<Record<Prerequisite['name'], string>> = {
  'create-app': 'okta.apps.manage',
  'grant-scopes': 'okta.appGrants.manage',
  'assign-roles': 'okta.roles.manage',
}

/**
 * Asks what the admin credential may do. Nothing is made: where the roles cannot be read, a request that no org can
 * accept shows whether apps may be created (403: no; 400: yes).
 *
 * @see Okta, "Implement OAuth for Okta" - only the Super Admin role grants scopes
 */
export async function checkPrerequisites(
  admin: Org,
  task: AdminTask,
  limits: AskLimits = {},
): Promise<readonly Prerequisite[]> {
  const names = (['create-app', 'grant-scopes', 'assign-roles'] as const).filter(
    (name) => name !== 'assign-roles' || task.assignsRoles,
  )
  const url = `${admin.url}/api/v1/apps`
  const { token } = await admin.authorizer.authorize({ method: 'GET', url, signal: limits.signal })
  if (token !== undefined) return names.map((name) => ofAccessToken(name, task, token))
  const roles = await rolesOfOwner(admin, limits)
  if (roles?.includes('SUPER_ADMIN')) return names.map((name) => met(name, SUPER_ADMIN))
  const owner = 'The owner of the API token is no Super Admin'
  const mayCreate = await mayCreateApps(admin, limits)
  return names.map((name) => {
    if (name !== 'create-app') return missing(name, `${owner}, and only a Super Admin may.`)
    return mayCreate
      ? met(name, 'The org would accept a new app.')
      : missing(name, `${owner}, nor an Application Administrator.`)
  })
}

/** What it may not do, as `create app integrations, grant scopes`, and why; undefined where nothing is missing. */
export function describeMissing(prerequisites: readonly Prerequisite[]): string | undefined {
  const lacking = prerequisites.filter(({ status }) => status === 'missing')
  if (lacking.length === 0) return undefined
  return `${lacking.map(({ what }) => what).join(', ')}. ${lacking[0]?.observed ?? ''}`
}

const SUPER_ADMIN = 'The owner of the API token is a Super Admin.'

/** The roles of an API token's owner; undefined where the owner may not read them. */
async function rolesOfOwner(admin: Org, limits: AskLimits): Promise<readonly string[] | undefined> {
  const me = await unlessRefused(admin.request({ ...limits, path: '/api/v1/users/me' }))
  if (me === undefined) return undefined
  const id = requireText(requireMembers(me.json(), 'the owner'), 'id', 'the owner')
  const path = `/api/v1/users/${encodeURIComponent(id)}/roles`
  const answer = await unlessRefused(admin.request({ ...limits, path }))
  return answer && eachOf(answer.json()).flatMap((role) => textOf(role, 'type') ?? [])
}

async function mayCreateApps(admin: Org, limits: AskLimits): Promise<boolean> {
  try {
    // Without a name it is no app, whoever sends it.
    await admin.request({
      ...limits,
      method: 'POST',
      path: '/api/v1/apps',
      body: {},
      maxAttempts: 1,
    })
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return error.okta.status === 400
  }
}

/** An access token shows its scopes; the role behind it is not asked for, since only a Super Admin could read it. */
function ofAccessToken(name: Prerequisite['name'], { via }: AdminTask, token: Token): Prerequisite {
  const needed = name === 'create-app' && via === 'clients' ? 'okta.clients.register' : SCOPES[name]
  if (!token.scopes.includes(needed)) return missing(name, `Its access token lacks ${needed}.`)
  const observed = 'It has the scope; whether it has the role is seen when it is used.'
  return { name, what: WHAT[name], status: 'unknown', observed }
}

function met(name: Prerequisite['name'], observed: string): Prerequisite {
  return { name, what: WHAT[name], status: 'met', observed }
}

function missing(name: Prerequisite['name'], observed: string): Prerequisite {
  return { name, what: WHAT[name], status: 'missing', observed }
}
