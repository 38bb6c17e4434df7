/** @module `GET /api/v1/users`: the whole list, `q`, `filter` and `search`, each with its own ways. */

import { type Reach, reachesUser, reachOf } from '../../authorization/permissions.ts'
import type { Answer } from '../../http/answer.ts'
import { type Paging, pageLinks, readLimit, select, take } from '../../http/paging.ts'
import type { ManagementRequest } from '../../http/request.ts'
import type { User } from '../../state/user.ts'
import { readCriteria, readExpression } from '../criteria.ts'
import { readIdCursor } from '../cursor.ts'
import { readSort } from '../sort.ts'
import { filterRules, searchRules } from './searchable.ts'
import { listedUserText, readOmissions } from './show.ts'
import { sortUsers } from './sorted.ts'

const MAX_LIMIT = 200
const FOUND_BY_Q = 10

/** Rows, and how the list that gives them pages. */
interface Found {
  readonly rows: Iterable<User>
  readonly paging: Paging
  /** The cursor behind a row; absent where there is only one page. */
  readonly cursorBehind?: (user: User) => string
}

/**
 * A page of users. Without `search` or `filter` the deprovisioned ones are left out; `search`, `filter` and `q` read the
 * index, which is a little behind; the whole list is current.
 *
 * @see Okta, "List all users"
 */
export function listUsers(request: ManagementRequest): Answer {
  const { rows, paging, cursorBehind } = findUsers(request)
  const reach = reachOf(request.principal.roles, 'users.read')
  const limit = readLimit(request, paging)
  const taken = take(withinReach(request, reach, rows), limit)
  const options = { omit: readOmissions(request), ...readFields(request) }
  const last = taken.rows.at(-1)
  const next = taken.more && last !== undefined ? cursorBehind?.(last) : undefined
  return {
    status: 200,
    rows: taken.rows.map((user) => listedUserText(request, user, options)),
    headers: { Link: pageLinks(request, next, { limit, keep: paging.keep }) },
  }
}

function findUsers(request: ManagementRequest): Found {
  const { search, filter, q } = readCriteria(request)
  if (search !== undefined) return searchUsers(request, search)
  if (filter !== undefined) return filterUsers(request, filter)
  if (q !== undefined) return findByPrefix(request, q)
  const { org } = request
  return {
    rows: select(org.users.after(readIdCursor(request, 'user')), isPresent),
    paging: pagingOf(),
    cursorBehind: plainCursor,
  }
}

function searchUsers(request: ManagementRequest, search: string): Found {
  const { org } = request
  const rules = searchRules(org)
  const fits = readExpression(search, rules)
  const sort = readSort(request, rules)
  if (sort === undefined) {
    return {
      rows: select(org.users.indexed(readIdCursor(request, 'user')), fits),
      paging: pagingOf('search'),
      cursorBehind: (user) => user.id,
    }
  }
  return {
    ...sortUsers(request, { search, fits, sort }),
    paging: pagingOf('search', ...sort.keep),
  }
}

function filterUsers(request: ManagementRequest, filter: string): Found {
  const { org } = request
  const fits = readExpression(filter, filterRules())
  return {
    rows: select(org.users.indexed(readIdCursor(request, 'user')), fits),
    paging: pagingOf('filter'),
    cursorBehind: plainCursor,
  }
}

function findByPrefix(request: ManagementRequest, q: string): Found {
  const prefix = q.toLowerCase()
  const fits = (user: User) =>
    ['firstName', 'lastName', 'email'].some((name) => {
      const value = user.profile[name]
      return typeof value === 'string' && value.toLowerCase().startsWith(prefix)
    }) && isPresent(user)
  return {
    rows: select(request.org.users.indexed(), fits),
    paging: { ...pagingOf('q'), defaultLimit: FOUND_BY_Q },
  }
}

function pagingOf(...keep: readonly string[]): Paging {
  return { defaultLimit: MAX_LIMIT, maxLimit: MAX_LIMIT, keep: [...keep, 'fields'] }
}

// Without a search, a cursor is the id of the last user behind one digit.
function plainCursor(user: User): string {
  return `2${user.id}`
}

function isPresent({ status }: User): boolean {
  return status !== 'DEPROVISIONED'
}

function withinReach(
  { org }: ManagementRequest,
  reach: Reach,
  rows: Iterable<User>,
): Iterable<User> {
  if (reach === 'everything') return rows
  if (reach === 'nothing') return []
  return select(rows, (user) => reachesUser(org, reach, user.id))
}

function readFields({ query }: ManagementRequest): { readonly attributes?: ReadonlySet<string> } {
  const wanted = /^\s*profile:\(([^()]*)\)\s*$/.exec(query.get('fields') ?? '')?.[1]
  if (wanted === undefined) return {}
  return { attributes: new Set(wanted.split(',').map((name) => name.trim())) }
}
