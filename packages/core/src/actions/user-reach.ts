/** @module How far the end of a user goes: the admin roles, groups and apps of the user. */

import type { JsonObject } from '../json.ts'
import { textOf } from '../org/members.ts'
import type { PagesOptions } from '../org/pages.ts'
import type { Calls } from './calls.ts'
import type { FoundUser } from './find-user.ts'
import { ifReadable } from './reach.ts'
import { nameOf } from './reference.ts'

const LIST_LIMIT = 200

/** The admin roles of a user, and how many groups and apps there are; null for what may not be read. */
export async function userReach(calls: Calls, { id }: Pick<FoundUser, 'id'>): Promise<JsonObject> {
  const path = `/api/v1/users/${encodeURIComponent(id)}`
  const query = { filter: `user.id eq ${JSON.stringify(id)}` }
  const options = { limit: LIST_LIMIT }
  return {
    adminRoles: await ifReadable(async () => {
      const roles = (await calls.read({ path: `${path}/roles` })).objects()
      return roles.map((role) => nameOf({ name: textOf(role, 'label') ?? '' }))
    }),
    groups: await ifReadable(() => countOf(calls, `${path}/groups`, options)),
    apps: await ifReadable(() => countOf(calls, '/api/v1/apps', { query, ...options })),
  }
}

async function countOf(
  calls: Calls,
  path: string,
  options: Pick<PagesOptions, 'limit' | 'query'>,
): Promise<number> {
  let count = 0
  for await (const _ of calls.list(path, options)) count++
  return count
}
