/** @module How far a change of a group goes: the apps that it gives, its admin roles, its members. */

import type { JsonObject, JsonValue } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { membersOf, textOf } from '../org/members.ts'
import type { Calls } from './calls.ts'
import type { FoundGroup } from './find-group.ts'
import { nameOf } from './reference.ts'

const MAX_LABELS = 20
const APPS_LIMIT = 200

/** The apps that a group gives and the admin roles that it holds; null for what may not be read. */
export async function groupReach(calls: Calls, group: Pick<FoundGroup, 'id'>): Promise<JsonObject> {
  return {
    apps: await ifReadable(() => appsOf(calls, group)),
    adminRoles: await ifReadable(() => rolesOf(calls, group)),
  }
}

/** How many users are in a group; null where it may not be read, or the org does not say. */
export async function memberCount(calls: Calls, group: Pick<FoundGroup, 'id'>): Promise<JsonValue> {
  return ifReadable(async () => {
    const path = `/api/v1/groups/${encodeURIComponent(group.id)}`
    const whole = (await calls.read({ path, query: { expand: 'stats' } })).object()
    const count = membersOf(membersOf(whole, '_embedded'), 'stats')['usersCount']
    return typeof count === 'number' ? count : null
  })
}

async function appsOf(calls: Calls, { id }: Pick<FoundGroup, 'id'>): Promise<JsonValue> {
  const labels: string[] = []
  let count = 0
  const path = `/api/v1/groups/${encodeURIComponent(id)}/apps`
  for await (const app of calls.list(path, { limit: APPS_LIMIT })) {
    count++
    if (count <= MAX_LABELS) labels.push(nameOf({ name: textOf(app, 'label') ?? '' }))
  }
  return { count, labels }
}

async function rolesOf(calls: Calls, { id }: Pick<FoundGroup, 'id'>): Promise<JsonValue> {
  const answer = await calls.read({ path: `/api/v1/groups/${encodeURIComponent(id)}/roles` })
  return answer.objects().map((role) => nameOf({ name: textOf(role, 'label') ?? '' }))
}

/** What is read; null where the org refuses it. */
export async function ifReadable(read: () => Promise<JsonValue>): Promise<JsonValue> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}
