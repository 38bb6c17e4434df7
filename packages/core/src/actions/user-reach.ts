/** @module How far the end of a user goes: the admin roles, groups and apps of the user. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { textOf } from '../org/members.ts'
import type { Query } from '../org/request.ts'
import type { Calls } from './calls.ts'
import type { FoundUser } from './find-user.ts'
import { nameOf } from './reference.ts'

const APPS_LIMIT = 200

/** The admin roles of a user, and how many groups and apps there are; null for what may not be read. */
export async function userReach(calls: Calls, { id }: Pick<FoundUser, 'id'>): Promise<JsonObject> {
  const path = `/api/v1/users/${encodeURIComponent(id)}`
  const roles = await readable(calls, `${path}/roles`)
  const groups = await readable(calls, `${path}/groups`)
  const filter = `user.id eq ${JSON.stringify(id)}`
  const apps = await readable(calls, '/api/v1/apps', { filter, limit: APPS_LIMIT })
  return {
    adminRoles: roles?.map((role) => nameOf({ name: textOf(role, 'label') ?? '' })) ?? null,
    groups: groups?.length ?? null,
    apps: apps?.length ?? null,
  }
}

async function readable(
  calls: Calls,
  path: string,
  query: Query = {},
): Promise<readonly JsonObject[] | undefined> {
  const objects: JsonObject[] = []
  try {
    for await (const object of calls.list(path, { query })) objects.push(object)
    return objects
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
