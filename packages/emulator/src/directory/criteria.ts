/** @module The `search` and `filter` of a directory list: read, compiled, and refused in Okta's words. */

import { compile, type ExpressionRules } from '../expression/evaluate.ts'
import { ExpressionError, parseExpression } from '../expression/parse.ts'
import { oktaError } from '../http/okta-error.ts'
import type { ApiRequest } from '../http/request.ts'

/**
 * A parameter of the query, where an empty one is none.
 *
 * @throws {RefusedRequest} `E0000033` where `search` and `filter` come together.
 */
export function readCriteria({ query }: ApiRequest): {
  readonly search: string | undefined
  readonly filter: string | undefined
  readonly q: string | undefined
} {
  const [search, filter, q] = ['search', 'filter', 'q'].map((name) => query.get(name) || undefined)
  if (search !== undefined && filter !== undefined) throw oktaError('E0000033')
  return { search, filter, q }
}

/**
 * The question that an expression puts to a row.
 *
 * @throws {RefusedRequest} `E0000031` where it cannot be read or asks for what the rules do not have.
 */
export function readExpression<Row>(
  text: string,
  rules: ExpressionRules<Row>,
): (row: Row) => boolean {
  try {
    return compile(parseExpression(text), rules)
  } catch (error) {
    if (error instanceof ExpressionError) throw oktaError('E0000031')
    throw error
  }
}
