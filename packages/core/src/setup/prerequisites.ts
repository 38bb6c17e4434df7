/** @module What the credential of an administrator has to be allowed, told before anything is made. */

import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { unlessRefused } from '../service-app/app.ts'
import { eachOf, requireMembers, requireText, textOf } from '../service-app/members.ts'
import type { Token } from '../token/token.ts'
import type { SetupPlan } from './plan.ts'
import { SetupError } from './setup-error.ts'

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
  plan: Pick<SetupPlan, 'via' | 'roles'>,
  signal?: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const names = (['create-app', 'grant-scopes', 'assign-roles'] as const).filter(
    (name) => name !== 'assign-roles' || plan.roles.length > 0,
  )
  const url = `${admin.url}/api/v1/apps`
  const { token } = await admin.authorizer.authorize({ method: 'GET', url, signal })
  if (token !== undefined) return names.map((name) => ofAccessToken(name, plan, token))
  const roles = await rolesOfOwner(admin, signal)
  if (roles?.includes('SUPER_ADMIN')) return names.map((name) => met(name, SUPER_ADMIN))
  const owner = 'The owner of the API token is no Super Admin'
  const mayCreate = await mayCreateApps(admin, signal)
  return names.map((name) => {
    if (name !== 'create-app') return missing(name, `${owner}, and only a Super Admin may.`)
    return mayCreate
      ? met(name, 'The org would accept a new app.')
      : missing(name, `${owner}, nor an Application Administrator.`)
  })
}

/**
 * Refuses to begin where something would fail halfway, naming all of it.
 *
 * @throws {SetupError} `setup_prerequisite_missing`
 */
export function requirePrerequisites(prerequisites: readonly Prerequisite[]): void {
  const lacking = prerequisites.filter(({ status }) => status === 'missing')
  if (lacking.length === 0) return
  const whats = lacking.map(({ what }) => what).join(', ')
  throw new SetupError(
    'setup_prerequisite_missing',
    `The admin credential may not: ${whats}. ${lacking[0]?.observed ?? ''}`,
    {
      remedy:
        'Use an API token that a Super Admin created (Security > API > Tokens > Create token); without one, take --guide or --output terraform.',
      details: { prerequisites },
    },
  )
}

const SUPER_ADMIN = 'The owner of the API token is a Super Admin.'

/** The roles of an API token's owner; undefined where the owner may not read them. */
async function rolesOfOwner(
  admin: Org,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const me = await unlessRefused(admin.request({ path: '/api/v1/users/me', signal }))
  if (me === undefined) return undefined
  const id = requireText(requireMembers(me.json(), 'the owner'), 'id', 'the owner')
  const path = `/api/v1/users/${encodeURIComponent(id)}/roles`
  const answer = await unlessRefused(admin.request({ path, signal }))
  return answer && eachOf(answer.json()).flatMap((role) => textOf(role, 'type') ?? [])
}

async function mayCreateApps(admin: Org, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    // Without a name it is no app, whoever sends it.
    await admin.request({ method: 'POST', path: '/api/v1/apps', body: {}, maxAttempts: 1, signal })
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return error.okta.status === 400
  }
}

/** An access token shows its scopes; the role behind it is not asked for, since only a Super Admin could read it. */
function ofAccessToken(
  name: Prerequisite['name'],
  { via }: Pick<SetupPlan, 'via'>,
  token: Token,
): Prerequisite {
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
