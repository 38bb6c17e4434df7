/** @module The admin roles behind a connection: which it has, which it needs, and what to do about the difference. */

import { showHostile } from '../hostile.ts'
import { eachOf, textOf } from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { adminRoles, isAdminRole } from '../service-app/admin-roles.ts'
import { scopeCovers } from '../url/scopes.ts'
import { askAdmin } from './ask-admin.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { isWanted, isWriteWanted, resources } from './resources.ts'
import { count, listOf, quote } from './words.ts'

/** What was seen without an admin's credential: the code that fits it, and how sure it is. */
export interface SeenOfRole {
  readonly code: 'role_missing' | 'role_too_narrow'
  readonly certainty: Observation['certainty']
}

interface GivenRole {
  readonly type: string
  readonly label: string
  /** The groups it is narrowed to; 0 where it is for all of them, or where that cannot be told. */
  readonly groupTargets: number
}

/**
 * The finding about an admin role that is missing, too narrow or narrowed: `details.roles` has the types that are needed.
 * Proven where an admin's credential shows the roles.
 *
 * @param observed - what the org answered, as the end of a sentence.
 */
export async function explainRole(
  examination: Examination,
  observed: string,
  seen: SeenOfRole,
): Promise<Observation> {
  const { kind, wants } = examination
  const whose = kind === 'service-app' ? 'The app' : 'The owner of the API token'
  const needed = neededRoles(wants)
  const given = await readRoles(examination)
  const found = (what: string, more: Pick<Observation, 'code' | 'certainty'>): Observation => ({
    ...more,
    status: 'failed',
    observed: `${whose} ${what}: ${observed}.`,
    remedy: giveRoles(kind, needed),
    details: {
      roles: needed,
      ...(given === undefined ? {} : { assignedRoles: given.map(nameOf) }),
    },
  })
  if (given === undefined) {
    return seen.code === 'role_missing'
      ? found('has no admin role, or one that reaches nothing here', seen)
      : found('has an admin role that does not reach everything', seen)
  }
  if (given.length === 0) {
    return found('has no admin role', { code: 'role_missing', certainty: 'proven' })
  }
  const has = `has the role ${describeRoles(given)}`
  if (!needed.every((type) => hasRole(given, type))) {
    return found(has, { code: 'role_too_narrow', certainty: 'proven' })
  }
  return {
    ...found(`${has}, narrowed to a part of the org`, {
      code: 'role_narrowed',
      certainty: 'proven',
    }),
    remedy: widenRole(kind),
    details: { assignedRoles: given.map(nameOf) },
  }
}

/** The names of the roles that it has; undefined where nobody may tell: neither an admin's credential nor the app itself. */
export async function readAssignedRoles(
  examination: Examination,
): Promise<readonly string[] | undefined> {
  return (await readRoles(examination))?.map(nameOf)
}

/** The types of the standard roles that reading and changing what is wanted takes. */
function neededRoles(wants: readonly string[]): readonly string[] {
  const types = resources
    .filter((resource) => isWanted(resource, wants))
    .map((resource) => {
      const { read, write = read } = resource.roles
      return isWriteWanted(resource, wants) ? write : read
    })
  if (types.includes('SUPER_ADMIN')) return ['SUPER_ADMIN']
  return types.length === 0 ? ['READ_ONLY_ADMIN'] : [...new Set(types)].sort()
}

/** The roles as somebody who may tell shows them; undefined where there is nobody. */
async function readRoles(examination: Examination): Promise<readonly GivenRole[] | undefined> {
  const path = rolesPath(examination)
  if (path === undefined) return undefined
  const as = examination.admin ?? itself(examination)
  const answer = await askAdmin(examination, path, as)
  if (answer === undefined || answer === 'absent' || !Array.isArray(answer.json)) return undefined
  return Promise.all(
    eachOf(answer.json).map(async (role) => {
      const type = textOf(role, 'type') ?? 'CUSTOM'
      const groupTargets = await countGroupTargets(
        examination,
        `${path}/${encodeURIComponent(textOf(role, 'id') ?? '')}`,
        as,
      )
      return { type, label: textOf(role, 'label') ?? type, groupTargets }
    }),
  )
}

function rolesPath(examination: Examination): string | undefined {
  if (examination.kind === 'service-app') {
    return `/oauth2/v1/clients/${encodeURIComponent(examination.known('clientId'))}/roles`
  }
  const ownerId = examination.find('ownerId')
  return ownerId === undefined ? undefined : `/api/v1/users/${encodeURIComponent(ownerId)}/roles`
}

/** The app, where its token lets it look at roles. @see Okta, "Role Assignments" - `okta.roles.read` */
function itself(examination: Examination): Org | undefined {
  const scopes = examination.find('token')?.scopes ?? []
  return scopeCovers(scopes, 'okta.roles.read') ? examination.find('client') : undefined
}

async function countGroupTargets(
  examination: Examination,
  rolePath: string,
  as: Org | undefined,
): Promise<number> {
  const answer = await askAdmin(examination, `${rolePath}/targets/groups`, as)
  return answer === undefined || answer === 'absent' ? 0 : eachOf(answer.json).length
}

/** `"Group Administrator" (for 1 group only)` */
function describeRoles(roles: readonly GivenRole[]): string {
  return listOf(roles.map((role) => `${quote(role.label)}${narrowingOf(role)}`))
}

/** `Group Administrator (for 1 group only)` */
function nameOf(role: GivenRole): string {
  return `${showHostile(role.label, { maxCharacters: 120 })}${narrowingOf(role)}`
}

function narrowingOf({ groupTargets }: GivenRole): string {
  return groupTargets === 0 ? '' : ` (for ${count(groupTargets, 'group')} only)`
}

function hasRole(given: readonly GivenRole[], type: string): boolean {
  return given.some((role) => role.type === type || role.type === 'SUPER_ADMIN')
}

function giveRoles(kind: Examination['kind'], types: readonly string[]): string {
  const labels = listOf(types.map((type) => (isAdminRole(type) ? adminRoles[type] : type)))
  return kind === 'service-app'
    ? `Give the app the role ${labels}: the app's Admin roles tab > Edit assignments > Add assignment > Save Changes (a Super Admin must do it).`
    : `Give the owner of the API token the role ${labels}: Security > Administrators > Add administrator (a Super Admin must do it).`
}

function widenRole(kind: Examination['kind']): string {
  return kind === 'service-app'
    ? "Take the limits off the role: the app's Admin roles tab > Edit assignments, then Save Changes (a Super Admin must do it)."
    : 'Take the limits off the role: Security > Administrators > the owner of the API token > Edit (a Super Admin must do it).'
}
