/** @module `GET /api/v1/groups`: the whole list, `q`, `filter` and `search`. */

import { reachesGroup, reachOf } from '../../authorization/permissions.ts'
import { type Answer, ok } from '../../http/answer.ts'
import { type Paging, pageAnswer, readLimit, select, take } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { Group } from '../../state/group.ts'
import { readCriteria, readExpression } from '../criteria.ts'
import { readIdCursor } from '../cursor.ts'
import { readSort, sortedPage } from '../sort.ts'
import { cursorBehind, SortedRows } from '../sorted-rows.ts'
import { filterRules, searchRules } from './searchable.ts'
import { readExpand, viewGroup } from './show.ts'

const MAX_LIMIT = 10_000
const FOUND_BY_Q = 300

interface Found {
  readonly rows: Iterable<Group>
  readonly keep: readonly string[]
  readonly cursorBehind: (group: Group) => string
}

/**
 * A page of groups. `q` gives one page without any link; `search`, `filter` and `q` read the index.
 *
 * @see Okta, "List all groups"
 */
export function listGroups(request: ManagementRequest): Answer {
  const { search, filter, q } = readCriteria(request)
  if (search === undefined && filter === undefined && q !== undefined) return findByName(request, q)
  const found = findGroups(request, search, filter)
  const paging: Paging = {
    defaultLimit: request.org.assumptions.groupsDefaultLimit,
    maxLimit: MAX_LIMIT,
    // Okta answered 500 to it once, and nothing since (release notes of 2021).
    emptyAtZero: true,
    keep: found.keep,
  }
  const limit = readLimit(request, paging)
  const { rows, more } = take(visible(request, found.rows), limit)
  const last = rows.at(-1)
  const expand = readExpand(request)
  const page = {
    items: rows.map((group) => viewGroup(request, group, expand)),
    next: more && last !== undefined ? found.cursorBehind(last) : undefined,
  }
  return pageAnswer(request, page, { limit, keep: paging.keep })
}

function findByName(request: ManagementRequest, q: string): Answer {
  const prefix = q.toLowerCase()
  const limit = readLimit(request, { defaultLimit: FOUND_BY_Q, maxLimit: FOUND_BY_Q, keep: [] })
  const fits = (group: Group) => String(group.profile['name']).toLowerCase().startsWith(prefix)
  const rows = select(visible(request, request.org.groups.indexed()), fits)
  const expand = readExpand(request)
  return ok(take(rows, limit).rows.map((group) => viewGroup(request, group, expand)))
}

function findGroups(request: ManagementRequest, search?: string, filter?: string): Found {
  const { org } = request
  const byId = { cursorBehind: (group: Group) => group.id }
  if (search === undefined && filter === undefined) {
    return { ...byId, rows: org.groups.after(readIdCursor(request, 'group')), keep: ['expand'] }
  }
  const rules = search === undefined ? filterRules(org) : searchRules(org)
  const fits = readExpression(search ?? filter ?? '', rules)
  const name = search === undefined ? 'filter' : 'search'
  const sort = search === undefined ? undefined : readSort(request, rules)
  if (sort === undefined) {
    const rows = select(org.groups.indexed(readIdCursor(request, 'group')), fits)
    return { ...byId, rows, keep: [name, 'expand'] }
  }
  const sorted = new SortedRows(select(org.groups.indexed(), fits), sort.keyOf, sort.direction)
  return {
    rows: sortedPage(request, sorted),
    keep: [name, ...sort.keep, 'expand'],
    cursorBehind: (group) => cursorBehind(group, sort.keyOf),
  }
}

// Group administrators do not see Everyone; a role for some groups sees these alone.
function visible({ org, principal }: ManagementRequest, rows: Iterable<Group>): Iterable<Group> {
  const reach = reachOf(principal.roles, 'groups.read')
  const others = principal.roles.filter(({ type }) => type !== 'USER_ADMIN')
  const seesEveryone = reachesGroup(reachOf(others, 'groups.read'), org.everyoneId)
  return select(rows, (group) =>
    group.id === org.everyoneId ? seesEveryone : reachesGroup(reach, group.id),
  )
}
