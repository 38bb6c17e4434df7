/** @module A list that ends with a full page: at its end indeed, or something on the way dropped its next link. */

import type { Page } from '../org/page.ts'
import { memberReader } from './members.ts'

const idOf = memberReader('id')
const createdOf = memberReader('created')

/**
 * The same pages. Where the last one is full, what follows is asked for by time: nothing new shows that the list is at
 * its end; otherwise it goes on there. Proxies that take the first line of a repeated header only drop the next link,
 * and every list would end with its first page.
 *
 * @param options.behind - the pages of what was created at this moment or later.
 */
export async function* followByTime(
  pages: AsyncGenerator<Page, void, undefined>,
  options: {
    readonly limit: number
    /** Whether the pages have come in the order of time so far. */
    readonly isSorted: () => boolean
    readonly behind: (createdMs: number) => AsyncGenerator<Page, void, undefined>
  },
): AsyncGenerator<Page, void, undefined> {
  for await (const page of pages) {
    const isFullEnd = page.cursor === undefined && page.records.length >= options.limit
    const lastMs = isFullEnd && options.isSorted() ? momentToAskFrom(page) : undefined
    if (lastMs === undefined) {
      yield page
      continue
    }
    const behind = followByTime(options.behind(lastMs), options)
    const { value: more } = await behind.next()
    const fresh = more === undefined ? [] : without(more.records, page.records)
    if (more === undefined || fresh.length === 0) {
      yield page
      continue
    }
    // As one page: between the two there is no cursor.
    yield { ...more, records: [...page.records, ...fresh] }
    yield* behind
  }
}

/** The last moment of a page; undefined where records of that moment may stand on the page before, too. */
function momentToAskFrom({ records }: Page): number | undefined {
  const [first = Number.NaN, ...others] = records.map((record) =>
    Date.parse(createdOf(record) ?? ''),
  )
  const lastMs = others.reduce((latest, moment) => Math.max(latest, moment), first)
  return first < lastMs ? lastMs : undefined
}

function without(
  records: readonly Uint8Array[],
  given: readonly Uint8Array[],
): readonly Uint8Array[] {
  const ids = new Set(given.map(idOf))
  return records.filter((record) => !ids.has(idOf(record)))
}
