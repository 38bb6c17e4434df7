/** @module Users in the order of `sortBy`, kept from page to page as long as nothing changes. */

import { select } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { Org } from '../../state/org.ts'
import type { User } from '../../state/user.ts'
import { type Sort, sortedPage } from '../sort.ts'
import { cursorBehind, SortedRows } from '../sorted-rows.ts'

const KEPT_ORDERS = 8

/** A search and its order. */
export interface SortedSearch {
  readonly search: string
  readonly fits: (user: User) => boolean
  readonly sort: Sort<User>
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
  return {
    rows: sortedPage(request, orderOf(request.org, wanted)),
    cursorBehind: (user: User) => cursorBehind(user, wanted.sort.keyOf),
  }
}

function orderOf(org: Org, { search, fits, sort }: SortedSearch): SortedRows<User> {
  const { version } = org.users
  const orders = keptOrders.get(org) ?? new Map<string, KeptOrder>()
  keptOrders.set(org, orders)
  const name = JSON.stringify([search, sort.sortBy, sort.direction])
  const kept = orders.get(name)
  if (kept?.version === version) return kept.rows
  const rows = new SortedRows(select(org.users.indexed(), fits), sort.keyOf, sort.direction)
  orders.delete(name)
  orders.set(name, { version, rows })
  const [oldest] = orders.keys()
  if (orders.size > KEPT_ORDERS && oldest !== undefined) orders.delete(oldest)
  return rows
}
