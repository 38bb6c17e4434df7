/** @module Pages of a list: `limit`, `after`, and the `Link` lines that lead on. */

import type { Answer } from './answer.ts'
import { invalid } from './okta-error.ts'
import { RawJson } from './raw-json.ts'
import type { ApiRequest } from './request.ts'

/** How one list pages. */
export interface Paging {
  readonly defaultLimit: number
  readonly maxLimit: number
  /** Whether `limit=0` asks for nothing. Default false: then it asks for the default. */
  readonly emptyAtZero?: boolean
  /** The other parameters that the links repeat, in their order. */
  readonly keep: readonly string[]
}

/** One page, before it is an answer. */
export interface Page {
  readonly items: readonly unknown[]
  /** The cursor behind the last item, where more follows. */
  readonly next?: string | undefined
}

/**
 * The `limit` of a request, or the default.
 *
 * @throws {RefusedRequest} `E0000001` where it is no number, or above the maximum if the assumption says so.
 */
export function readLimit(request: ApiRequest, paging: Paging): number {
  const text = request.query.get('limit')
  if (text === null || text === '') return paging.defaultLimit
  if (!/^-?\d{1,9}$/.test(text)) throw invalid('limit', 'limit: The value must be an integer.')
  const limit = Number(text)
  if (limit > paging.maxLimit) {
    if (request.org.assumptions.limitAboveMaximum === 'lowered') return paging.maxLimit
    throw invalid('limit', `limit: The value must not be greater than ${paging.maxLimit}.`)
  }
  if (limit === 0 && paging.emptyAtZero) return 0
  return limit < 1 ? paging.defaultLimit : limit
}

/** The cursor of a request; an empty one is none. */
export function readAfter(request: ApiRequest): string | undefined {
  return request.query.get('after') || undefined
}

/** The rows that fit, looked for as they are taken. */
export function* select<T>(
  rows: Iterable<T>,
  fits: (row: T) => boolean,
): Generator<T, void, undefined> {
  for (const row of rows) if (fits(row)) yield row
}

/** Takes up to `limit` rows, and tells whether more follow. */
export function take<T>(
  rows: Iterable<T>,
  limit: number,
): { readonly rows: T[]; readonly more: boolean } {
  const taken: T[] = []
  for (const row of rows) {
    if (taken.length === limit) return { rows: taken, more: true }
    taken.push(row)
  }
  return { rows: taken, more: false }
}

/** The answer of a list with its links: `self` with the effective limit, and `next` where more follows. */
export function pageAnswer(
  request: ApiRequest,
  page: Page,
  options: { readonly limit: number; readonly keep: readonly string[] },
): Answer {
  return {
    status: 200,
    rows: page.items.map((item) => (item instanceof RawJson ? item.text : JSON.stringify(item))),
    headers: { Link: pageLinks(request, page.next, options) },
  }
}

/** The `Link` lines of a page. */
export function pageLinks(
  request: ApiRequest,
  next: string | undefined,
  options: { readonly limit: number; readonly keep: readonly string[] },
): readonly string[] {
  const link = (after: string | undefined, relation: string) => {
    const query = new URLSearchParams()
    if (after !== undefined) query.set('after', after)
    query.set('limit', String(options.limit))
    for (const name of options.keep) {
      const value = request.query.get(name)
      if (value !== null) query.set(name, value)
    }
    return `<${request.baseUrl}${request.path}?${query}>; rel="${relation}"`
  }
  const self = link(readAfter(request), 'self')
  return next === undefined ? [self] : [self, link(next, 'next')]
}
