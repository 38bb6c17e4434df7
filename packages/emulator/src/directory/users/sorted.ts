/** @module Users in the order of `sortBy`, kept from page to page as long as nothing changes. */

import type { Attribute } from '../../expression/evaluate.ts'
import { readAfter } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { invalidCursor } from '../cursor.ts'
import { CursorError, cursorBehind, SortedRows } from '../sorted-rows.ts'

const KEPT_ORDERS = 8

/** A search and its order. */
export interface SortedSearch {
  readonly search: string
  readonly fits: (user: User) => boolean
  readonly attribute: Attribute<User>
  readonly sortBy: string
  readonly descending: boolean
}

interface KeptOrder {
  readonly version: number
  readonly rows: SortedRows<User>
}

const keptOrders = new WeakMap<Org, Map<string, KeptOrder>>()

/**
 * The users that a search finds, sorted, from the cursor of the request on.
 *
 * @throws {RefusedRequest} for a cursor that is none.
 */
export function sortUsers(request: ManagementRequest, wanted: SortedSearch) {
  const keyOf = (user: User) => wanted.attribute.get(user)
  try {
    const rows = orderOf(request.org, wanted, keyOf).after(readAfter(request))
    return { rows, cursorBehind: (user: User) => cursorBehind(user, keyOf) }
  } catch (error) {
    if (error instanceof CursorError) throw invalidCursor(request)
    throw error
  }
}

function orderOf(org: Org, wanted: SortedSearch, keyOf: (user: User) => unknown): SortedRows<User> {
  const direction = wanted.descending ? 'descending' : 'ascending'
  const make = () => new SortedRows(findAll(org, wanted), keyOf, direction)
  // While an activation runs, a user changes without any change of the table.
  if (org.assumptions.activationLagMs > 0) return make()
  // Asked first, because it forgets what the index has caught up with, and thereby moves the version.
  org.users.isBehind()
  const { version } = org.users
  const orders = keptOrders.get(org) ?? new Map<string, KeptOrder>()
  keptOrders.set(org, orders)
  const name = JSON.stringify([wanted.search, wanted.sortBy, direction])
  const kept = orders.get(name)
  if (kept?.version === version) return kept.rows
  const rows = make()
  orders.delete(name)
  orders.set(name, { version, rows })
  const [oldest] = orders.keys()
  if (orders.size > KEPT_ORDERS && oldest !== undefined) orders.delete(oldest)
  return rows
}

function* findAll(org: Org, { fits }: SortedSearch): Generator<User, void, undefined> {
  for (const user of org.users.indexed()) if (fits(user)) yield user
}
