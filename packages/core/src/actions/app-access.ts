/** @module How a user or a group has an app, as the org answers it. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { membersOf, textOf } from '../org/members.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import type { FoundApp } from './find-app.ts'
import type { FoundGroup } from './find-group.ts'
import type { FoundUser } from './find-user.ts'
import { nameOf, readObject } from './reference.ts'

const LIST_LIMIT = 200

/** How a user has an app. */
export type AppAccess = {
  readonly assigned: boolean
  /** `USER` where the app was given to the user, `GROUP` where it comes with a group alone. */
  readonly scope?: string
  readonly status?: string
}

/** How a user has an app at this moment. */
export async function readAppAccess(
  calls: Calls,
  app: FoundApp,
  user: FoundUser,
): Promise<AppAccess> {
  const whole = await readObject(calls, appUserPath(app, user))
  if (whole === undefined) return { assigned: false }
  const scope = textOf(whole, 'scope')
  const status = textOf(whole, 'status')
  return {
    assigned: true,
    ...(scope === undefined ? {} : { scope }),
    ...(status === undefined ? {} : { status }),
  }
}

/** Whether an app is assigned to a group at this moment. */
export async function isGroupAssigned(
  calls: Calls,
  app: FoundApp,
  group: FoundGroup,
): Promise<boolean> {
  return (await readObject(calls, appGroupPath(app, group))) !== undefined
}

/** Where the assignment of a user is. */
export function appUserPath(app: FoundApp, user: FoundUser): string {
  return `/api/v1/apps/${encodeURIComponent(app.id)}/users/${encodeURIComponent(user.id)}`
}

/** Where the assignment of a group is. */
export function appGroupPath(app: FoundApp, group: FoundGroup): string {
  return `/api/v1/apps/${encodeURIComponent(app.id)}/groups/${encodeURIComponent(group.id)}`
}

/** A group that gives a user an app. */
export type GrantingGroup = { readonly id: string; readonly name: string }

/** The groups that give a user an app; undefined where they may not be read. */
export async function grantingGroups(
  calls: Calls,
  app: FoundApp,
  user: FoundUser,
): Promise<readonly GrantingGroup[] | undefined> {
  try {
    const assigned = new Set<unknown>()
    const ofApp = `/api/v1/apps/${encodeURIComponent(app.id)}/groups`
    for await (const { id } of calls.list(ofApp, { limit: LIST_LIMIT })) assigned.add(id)
    if (assigned.size === 0) return []
    const ofUser = `/api/v1/users/${encodeURIComponent(user.id)}/groups`
    const granting: GrantingGroup[] = []
    for await (const group of calls.list(ofUser, { limit: LIST_LIMIT })) {
      if (assigned.has(group['id'])) granting.push(shown(group))
    }
    return granting
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

/** The refusal to take an app from a user who has it through a group. */
export function accessFromGroup(
  { app, user }: { readonly app: FoundApp; readonly user: FoundUser },
  groups: readonly GrantingGroup[] | undefined,
  cause?: unknown,
): ActionError {
  const names = namesOf(groups)
  return new ActionError(
    'action_access_from_group',
    `${nameOf(user)} has ${nameOf(app)} through ${names}, and Okta keeps it while that is so.`,
    {
      remedy: `Take the user out of ${names} (group.remove_member), or the app from the group (app.unassign_group).`,
      details: { app: app.id, user: user.id, groups: groups ?? null },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** The groups for a sentence: `the group Operations`, or `a group` where they are not known. */
export function namesOf(groups: readonly GrantingGroup[] | undefined): string {
  if (groups === undefined || groups.length === 0) return 'a group'
  const names = groups.map(({ name }) => name).join(', ')
  return groups.length === 1 ? `the group ${names}` : `the groups ${names}`
}

function shown(group: JsonObject): GrantingGroup {
  const name = textOf(membersOf(group, 'profile'), 'name') ?? ''
  return { id: textOf(group, 'id') ?? '', name: nameOf({ name }) }
}
