/** @module The pages of a list: follows `Link`, refuses what leads away or around, asks again for what came broken. */

import { waitBeforeRetry } from '../retry.ts'
import { requestIdOf } from '../token/errors.ts'
import { UpstreamError } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'
import { nextCursor } from './cursor.ts'
import { type Page, PageError, pageError, readRecords } from './page.ts'
import type { Priority } from './rate-limit.ts'
import { type OrgAnswer, type OrgRequest, type Query, RequestError, requestUrl } from './request.ts'

/** Options of `Org.pages` and `Org.list`. */
export interface PagesOptions {
  readonly query?: Query
  /** Records a page; default: what the endpoint gives. */
  readonly limit?: number
  /** Where to go on: the `cursor` of a page of the same list. `query` is in it, and `limit` where none is given. */
  readonly cursor?: string | undefined
  /**
   * `list`, the default, ends where there is no next link. `polling`, for the System Log without `until`, has one always
   * and ends with the first page that is not full.
   */
  readonly mode?: 'list' | 'polling'
  /** Default `interactive`. */
  readonly priority?: Priority
  readonly signal?: AbortSignal | undefined
  /** How often one page is asked for while it comes broken. Default 6. */
  readonly maxAttempts?: number
}

/** What {@link readPages} works with. */
export interface PageSource {
  readonly url: OrgUrl
  request(request: OrgRequest): Promise<OrgAnswer>
}

/** A page that did not come whole and is asked for again. */
export interface BrokenPage {
  readonly attempt: number
  readonly error: PageError | UpstreamError
  readonly waitMs: number
}

interface PagesContext extends PagesOptions {
  readonly sleep: (waitMs: number) => Promise<void>
  /** Told before each wait. */
  readonly onBrokenPage: (broken: BrokenPage) => void
  readonly random: () => number
}

const MAX_ATTEMPTS = 6
// What the endpoints give where no limit is asked for and theirs is not known.
const ASSUMED_LIMIT = 200
const SMALLEST_LIMIT = 5
// What Okta could not put together a while ago it may be able to by now.
const GROW_AFTER = 10

// Cursors remembered to notice a loop: the longest list known, two million records, has 10,000 pages.
const MAX_REMEMBERED = 20_000
// An empty page with more behind it is possible; so many in a row lead nowhere.
const MAX_EMPTY_PAGES = 100

/** The pages of a list, from its start or from a cursor. */
export async function* readPages(
  source: PageSource,
  path: string,
  context: PagesContext,
): AsyncGenerator<Page, void, undefined> {
  const { mode = 'list' } = context
  let next: string | undefined = startOf(source.url, path, context)
  const wanted = limitOf(next)
  let limit = wanted
  let goodPages = 0
  let emptyPages = 0
  const seen = new Set<string>()
  while (next !== undefined) {
    const page = await readPage(source, next, limit, context)
    seen.add(next)
    if (seen.size > MAX_REMEMBERED) seen.delete(seen.values().next().value ?? '')
    emptyPages = page.records.length === 0 ? emptyPages + 1 : 0
    const repeats = page.cursor !== undefined && seen.has(page.cursor)
    const polled = mode === 'polling' && page.records.length === 0
    if (emptyPages > MAX_EMPTY_PAGES) throw loopError(path)
    if (repeats && !polled) {
      // The records are good, it is the way on that is not: whoever goes on from here asks for this page again.
      yield { ...page, cursor: next }
      throw loopError(path)
    }
    yield page
    next = mode === 'polling' && page.records.length < page.limit ? undefined : page.cursor
    goodPages = page.limit < limit ? 0 : goodPages + 1
    limit = goodPages >= GROW_AFTER ? Math.min(wanted, page.limit * 2) : page.limit
  }
}

function startOf(org: OrgUrl, path: string, { cursor, query, limit }: PagesOptions): string {
  const first = requestUrl(org, path, { ...query, ...(limit === undefined ? {} : { limit }) })
  if (cursor === undefined) return first.pathname + first.search
  const { pathname, search } = requestUrl(org, cursor)
  if (pathname !== first.pathname) {
    throw new RequestError('request_path_invalid', 'The cursor is of another list.', {
      remedy: `Give a cursor that a page of ${first.pathname} had.`,
    })
  }
  // A cursor of a page that had to be small would keep the list slow.
  return limit === undefined ? pathname + search : withLimit(org, pathname + search, limit)
}

/** One page, asked for until it comes whole. */
async function readPage(
  source: PageSource,
  cursor: string,
  limit: number,
  context: PagesContext,
): Promise<Page> {
  const { priority, signal, maxAttempts = MAX_ATTEMPTS, sleep, random, onBrokenPage } = context
  let given = limit
  let serverErrors = 0
  for (let attempt = 1; ; attempt++) {
    const asked = withLimit(source.url, cursor, given)
    try {
      const answer = await source.request({
        path: asked,
        priority,
        onServerError: 'throw',
        signal,
      })
      return pageOf(source.url, asked, answer)
    } catch (error) {
      if (!(error instanceof PageError || error instanceof UpstreamError)) throw error
      const failure = failureOf(error)
      if (failure === undefined) throw error
      if (failure === 'server-error') serverErrors++
      // A list that Okta cannot put together in time comes in smaller pages.
      if (failure === 'too-large' || serverErrors > 1) {
        const smaller = Math.max(SMALLEST_LIMIT, Math.floor(given / 2))
        if (failure === 'too-large' && smaller >= given) throw tooLarge(error)
        given = Math.min(given, smaller)
      }
      const failed = { attempt, status: 503, orgTime: new Date(0) }
      const waitMs = waitBeforeRetry(failed, { maxAttempts, random })
      if (waitMs === undefined) throw failure === 'too-large' ? tooLarge(error) : error
      onBrokenPage({ attempt, error, waitMs })
      await sleep(waitMs)
    }
  }
}

function pageOf(org: OrgUrl, asked: string, { body, headers }: OrgAnswer): Page {
  const records = readRecords(body)
  const cursor = nextCursor(org, asked, headers.get('link') ?? '')
  const limit = limitOf(asked)
  return {
    records,
    limit,
    headers,
    ...requestIdOf(headers),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

/** What may be better at the next attempt; undefined for what will not. */
function failureOf(
  error: PageError | UpstreamError,
): 'broken' | 'too-large' | 'server-error' | undefined {
  if (error instanceof PageError) {
    // One object is most often what its path leads to. One of Okta's errors, with status 200, may be gone in a moment.
    const isObject = error.code === 'page_not_array' && error.details['detail'] === undefined
    return isObject || error.code.startsWith('page_link_') ? undefined : 'broken'
  }
  if (error.code === 'upstream_response_too_large') return 'too-large'
  return error.details['status'] === 500 ? 'server-error' : undefined
}

function tooLarge(error: PageError | UpstreamError): PageError {
  return pageError('page_too_large', error.message, 'Ask for fewer records a page.', error.details)
}

function limitOf(path: string): number {
  const limit = Number(new URLSearchParams(path.split('?')[1]).get('limit') ?? Number.NaN)
  return Number.isInteger(limit) && limit > 0 ? limit : ASSUMED_LIMIT
}

/** The same page with another limit; unchanged where it has that one, or none and that one is assumed. */
function withLimit(org: OrgUrl, path: string, limit: number): string {
  if (limitOf(path) === limit) return path
  const url = requestUrl(org, path, { limit })
  return url.pathname + url.search
}

function loopError(path: string): PageError {
  return pageError(
    'page_link_loop',
    `The list ${path.split('?')[0]} leads back to a page that was read, or on through empty pages.`,
    'Check for a proxy that rewrites links or answers from a cache; then go on from the last cursor.',
  )
}
