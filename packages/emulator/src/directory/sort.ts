/** @module What `sortBy` and `sortOrder` ask of a directory list, and where a page of the order begins. */

import type { ExpressionRules } from '../expression/evaluate.ts'
import { oktaError } from '../http/okta-error.ts'
import { readAfter } from '../http/paging.ts'
import type { ApiRequest } from '../http/request.ts'
import type { Row } from '../state/table.ts'
import { invalidCursor } from './cursor.ts'
import { CursorError, type SortedRows } from './sorted-rows.ts'

/** An order that a request asks for. */
export interface Sort<T> {
  readonly sortBy: string
  readonly direction: 'ascending' | 'descending'
  readonly keyOf: (row: T) => unknown
  /** The parameters that the links repeat: an order that is none is ignored, and left out. */
  readonly keep: readonly string[]
}

/**
 * The order of a search; undefined where there is none.
 *
 * @throws {RefusedRequest} `E0000031` for an attribute that cannot be searched.
 */
export function readSort<T>({ query }: ApiRequest, rules: ExpressionRules<T>): Sort<T> | undefined {
  const sortBy = query.get('sortBy') || undefined
  if (sortBy === undefined) return undefined
  const attribute = rules.find(sortBy)
  if (attribute === undefined) throw oktaError('E0000031')
  const sortOrder = query.get('sortOrder')?.toLowerCase()
  const known = sortOrder === 'asc' || sortOrder === 'desc'
  return {
    sortBy,
    direction: sortOrder === 'desc' ? 'descending' : 'ascending',
    keyOf: (row) => attribute.get(row),
    keep: ['sortBy', ...(known ? ['sortOrder'] : [])],
  }
}

/**
 * The rows from the cursor of a request on.
 *
 * @throws {RefusedRequest} for a cursor that is none.
 */
export function sortedPage<T extends Row>(request: ApiRequest, rows: SortedRows<T>): Iterable<T> {
  try {
    return rows.after(readAfter(request))
  } catch (error) {
    if (error instanceof CursorError) throw invalidCursor(request)
    throw error
  }
}
