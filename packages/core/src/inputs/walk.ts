/** @module A big list read through several ranges of `created` at the same time, under the org's one pacer. */

import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import type { Page } from '../org/page.ts'
import type { PagesOptions } from '../org/pages.ts'
import { type Query, requestUrl } from '../org/request.ts'
import { type Chain, newChain, restoreChain, saveChain, takePage } from './chain.ts'
import { cursorInvalid, decodeCursor, encodeCursor, objectsOf } from './cursor-text.ts'
import { followByTime } from './full-end.ts'
import type { Batch, Input, ReadOptions } from './input.ts'
import { roleMissing } from './input-error.ts'
import { interleave } from './interleave.ts'
import { pagesOnward, pagingUntil } from './onward.ts'
import { cutPoint, densityOf, estimateRemaining, type Range, usefulLists } from './ranges.ts'

/** A list whose records have `created`, and which can be searched and sorted by it. */
export interface SearchedList {
  readonly input: Pick<Input, 'name' | 'resource' | 'pageLimit' | 'bucket'>
  /** The search that finds what is wanted, all of it. */
  readonly search: string
  /** What finds the same where an org refuses to search. */
  readonly plain: Query
  /** What makes an empty list unbelievable; left out where it may be true. */
  readonly everyOrgHas?: string | undefined
}

interface Piece {
  readonly chain: Chain
  readonly records: readonly Uint8Array[]
  /** Absent where the chain is at its end. */
  readonly cursor: string | undefined
}

const PARALLEL = 4

/**
 * Reads a list from its start or from a cursor, every record exactly once.
 *
 * A cursor leads from page to page, so one list alone reads one page for each answer's delay; an org allows more. While
 * there is room under the limit, the largest range that is left is cut in two, and each part goes on by itself. The list
 * whose range was cut ends at the cut and drops what lies behind it: whether a record belongs to a range is decided here,
 * by its `created`, and never by how an org compares times. Where an org does not keep the order that was asked for, a
 * list is read to its end.
 *
 * @see Okta, "List all users" - search with `gt` and `lt`, `sortBy`
 */
export async function* walkRanges(
  org: Org,
  list: SearchedList,
  options: ReadOptions,
): AsyncGenerator<Batch, void, undefined> {
  yield* new RangeWalk(org, list, options).read()
}

class RangeWalk {
  readonly #org: Org
  readonly #list: SearchedList
  readonly #options: ReadOptions
  readonly #stop = new AbortController()
  readonly #paging: PagesOptions
  /** Those with something left to give out. */
  readonly #chains: Chain[]
  /** Records that pages had so far, given out or not yet. */
  #taken = 0
  #latencyMs = Number.POSITIVE_INFINITY
  /** Cuts in a row behind which nothing was. */
  #misses = 0
  /** Pages to wait before the next cut. */
  #rest = 0

  constructor(org: Org, list: SearchedList, options: ReadOptions) {
    this.#org = org
    this.#list = list
    this.#options = options
    this.#paging = { ...pagingUntil(this.#stop.signal, options), limit: list.input.pageLimit }
    this.#chains =
      options.cursor === undefined ? [newChain({})] : restore(list.input.name, options.cursor)
  }

  async *read(): AsyncGenerator<Batch, void, undefined> {
    const pieces = interleave({
      first: this.#chains.map((chain) => this.#pieces(chain)),
      more: async () => this.#cut(),
      atOnce: this.#options.parallel ?? PARALLEL,
      stop: () => this.#stop.abort(),
    })
    for await (const { chain, records, cursor } of pieces) {
      this.#rest = Math.max(0, this.#rest - 1)
      chain.cursor = cursor
      if (cursor === undefined) this.#chains.splice(this.#chains.indexOf(chain), 1)
      // Without records a batch is of use only for its cursor: it tells the end.
      if (records.length > 0 || this.#chains.length === 0) {
        this.#judgeEmptiness()
        yield this.#batch(records)
      }
    }
  }

  #judgeEmptiness(): void {
    const { input, everyOrgHas } = this.#list
    if (this.#taken > 0 || everyOrgHas === undefined || this.#options.cursor !== undefined) return
    throw roleMissing({ resource: input.resource, everyOrgHas })
  }

  #batch(records: readonly Uint8Array[]): Batch {
    if (this.#chains.length === 0) return { records, remaining: 0 }
    const cursor = encodeCursor(this.#list.input.name, { chains: this.#chains.map(saveChain) })
    const remaining = this.#remaining()
    return { records, cursor, ...(remaining === undefined ? {} : { remaining }) }
  }

  /** The pages of one chain, less what belongs to others. */
  async *#pieces(chain: Chain): AsyncGenerator<Piece, void, undefined> {
    for await (const page of this.#pages(chain)) {
      const { records, isOver } = takePage(chain, page)
      const cursor = isOver ? undefined : page.cursor
      chain.isRead = cursor === undefined
      if (chain.isRead) this.#noteMiss(chain)
      this.#taken += records.length
      yield { chain, records, cursor }
      if (isOver || this.#taken >= this.#limit) return
    }
  }

  /** The pages of a chain; asked for in a simpler way where the org refuses the search. */
  async *#pages(chain: Chain): AsyncGenerator<Page, void, undefined> {
    const { cursor, range, isPlain } = chain
    if (isPlain) return yield* this.#timed({ cursor })
    const pages = this.#searched(
      chain,
      cursor === undefined ? { query: this.#search(range) } : { cursor },
    )
    const first = await pages.next().catch((error: unknown) => {
      if (cursor === undefined && isRefusal(error)) return undefined
      throw error
    })
    if (first === undefined) return yield* this.#timed({ query: this.#simplify(chain) })
    if (first.done) return
    yield first.value
    yield* pages
  }

  #searched(chain: Chain, start: PagesOptions): AsyncGenerator<Page, void, undefined> {
    const { resource, pageLimit: limit } = this.#list.input
    return followByTime(this.#timed(start), {
      isSorted: () => chain.isSorted,
      cursorAt: (fromMs) => {
        const url = requestUrl(this.#org.url, resource, { ...this.#search({ fromMs }), limit })
        return url.pathname + url.search
      },
      pagesFrom: (cursor) => this.#timed({ cursor }),
    })
  }

  #search({ fromMs, untilMs }: Range): Query {
    const { search } = this.#list
    const bounds = [
      // `ge` is not documented. The millisecond before is no moment of a record, since `created` has whole seconds.
      ...(fromMs === undefined ? [] : [`created gt "${instant(fromMs - 1)}"`]),
      ...(untilMs === undefined ? [] : [`created lt "${instant(untilMs)}"`]),
    ]
    return { search: [search, ...bounds].join(' and '), sortBy: 'created', sortOrder: 'asc' }
  }

  /** What finds at least the same: all in order for a range, the plain list for the whole. */
  #simplify(chain: Chain): Query {
    if (chain.range.fromMs !== undefined) return this.#search({})
    chain.isPlain = true
    chain.isSorted = false
    return this.#list.plain
  }

  /** The pages of the list, while the least time that one took is kept: the others waited for something else. */
  async *#timed(start: PagesOptions): AsyncGenerator<Page, void, undefined> {
    const { resource } = this.#list.input
    const pages = pagesOnward(this.#org, resource, { ...start, ...this.#paging })
    const { clock } = this.#org
    for (let askedMs = clock.monotonicMs(); ; askedMs = clock.monotonicMs()) {
      const { done, value } = await pages.next()
      if (done) return
      this.#latencyMs = Math.min(this.#latencyMs, clock.monotonicMs() - askedMs)
      yield value
    }
  }

  /** One more chain for a part of the largest range that is left, where the limit has room and it is worth it. */
  #cut(): AsyncIterator<Piece> | undefined {
    const open = this.#chains.filter(({ isRead }) => !isRead)
    const remaining = this.#remaining()
    if (this.#rest > 0 || remaining === undefined) return undefined
    const { pageLimit, bucket } = this.#list.input
    const { parallel: most = PARALLEL } = this.#options
    const pages = Math.ceil(Math.min(remaining, this.#limit - this.#taken) / pageLimit)
    const allowedMs = this.#org.pacer.estimateMs(bucket, pages)
    if (open.length >= usefulLists({ pages, latencyMs: this.#latencyMs, allowedMs, most })) return
    const nowMs = this.#nowMs()
    const sizeOf = (chain: Chain) => estimateRemaining(chain, nowMs) ?? 0
    const [largest] = open
      .filter(({ isSorted }) => isSorted)
      .toSorted((a, b) => sizeOf(b) - sizeOf(a))
    const atMs = largest && cutPoint(largest, { nowMs, pageLimit })
    if (largest === undefined || atMs === undefined) return undefined
    const cut = newChain({ ...largest.range, fromMs: atMs }, densityOf(largest))
    largest.range = { ...largest.range, untilMs: atMs }
    this.#chains.push(cut)
    return this.#pieces(cut)
  }

  /** Cuts behind which nothing was become rarer: the records are not where their density says. */
  #noteMiss({ records }: Chain): void {
    this.#misses = records === 0 ? this.#misses + 1 : 0
    this.#rest = this.#misses
  }

  #remaining(): number | undefined {
    const nowMs = this.#nowMs()
    const known = this.#chains.flatMap((chain) => estimateRemaining(chain, nowMs) ?? [])
    return known.length === 0 ? undefined : known.reduce((sum, records) => sum + records, 0)
  }

  get #limit(): number {
    return this.#options.limit ?? Number.POSITIVE_INFINITY
  }

  #nowMs(): number {
    return this.#org.authorizer.now().getTime()
  }
}

function restore(input: Input['name'], cursor: string): Chain[] {
  const chains = objectsOf(decodeCursor(input, cursor), 'chains').map(restoreChain)
  if (chains.length > 0) return chains
  throw cursorInvalid('The cursor is damaged.')
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'request_refused'
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
