/** @module Who has access to an app: users assigned directly, and the members of assigned groups. */

import type { App, AppGroup, AppUser } from '../state/app.ts'
import { isMember, memberIds } from '../state/members.ts'
import type { Org } from '../state/org.ts'
import type { User } from '../state/user.ts'

/** One user's access to an app. */
export interface Access {
  readonly user: User
  /** Where the user was assigned directly, which wins over groups. */
  readonly direct?: AppUser
  /** The assigned group of the first priority that the user is in. */
  readonly group?: AppGroup
}

/** The groups assigned to an app, by priority. */
export function groupsOf(org: Org, appId: string): readonly AppGroup[] {
  return [...(org.appGroups.get(appId) ?? [])].toSorted(
    (a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1),
  )
}

/** How a user has access to an app; undefined where not at all. Deprovisioned users have none. */
export function accessOf(org: Org, appId: string, userId: string): Access | undefined {
  const user = org.users.get(userId)
  if (user === undefined || user.status === 'DEPROVISIONED') return undefined
  const direct = org.appUsers.get(appId)?.get(userId)
  const group = groupsOf(org, appId).find(({ id }) => isMember(org, id, userId))
  if (direct === undefined && group === undefined) return undefined
  return { user, ...(direct && { direct }), ...(group && { group }) }
}

/** The apps that a user has access to. */
export function* appsOfUser(org: Org, userId: string): Generator<readonly [App, Access]> {
  for (const app of org.apps) {
    const access = accessOf(org, app.id, userId)
    if (access !== undefined) yield [app, access]
  }
}

/** The access of everybody who has it, by rising user id, from behind an id on. Nothing is computed ahead of need. */
export function* accesses(org: Org, appId: string, after?: string): Generator<Access> {
  for (const id of assignedIds(org, appId, after)) {
    const access = accessOf(org, appId, id)
    if (access !== undefined) yield access
  }
}

const FIRST_BATCH = 64
const MAX_BATCH = 8_192

/**
 * The ids of everybody who is assigned, by rising id, each once: the sorted lists of the groups and of the direct
 * assignments, merged in batches that grow.
 */
function* assignedIds(org: Org, appId: string, after?: string): Generator<string> {
  const groups = groupsOf(org, appId)
  let cursor = after
  for (let size = FIRST_BATCH; ; size = Math.min(size * 2, MAX_BATCH)) {
    const direct = idsOf(org.appUsers.get(appId)?.after(cursor) ?? [])
    const lists = [direct, ...groups.map(({ id }) => memberIds(org, id, cursor))]
    const ids = new Set(lists.flatMap((list) => first(list, size)))
    // Only the first `size` are sure to be in order: behind them another list may have more.
    const batch = [...ids].toSorted().slice(0, size)
    yield* batch
    if (batch.length < size) return
    cursor = batch.at(-1)
  }
}

function* idsOf(rows: Iterable<{ readonly id: string }>): Generator<string> {
  for (const { id } of rows) yield id
}

function first(all: Iterable<string>, size: number): readonly string[] {
  const ids: string[] = []
  for (const id of all) {
    if (ids.length === size) break
    ids.push(id)
  }
  return ids
}
