/** @module A list that ends with a full page: at its end indeed, or something on the way dropped its next link. */

import type { Page } from '../org/page.ts'
import { memberReader } from './member-reader.ts'

const idOf = memberReader('id')
const createdOf = memberReader('created')

/**
 * The same pages. Where the last one is full, the list goes on by time, from the last moment of that page: the records of
 * this moment are given out with what follows, for only then a cursor can stand between the two. Proxies that take the
 * first line of a repeated header only drop the next link, and every list would end with its first page.
 *
 * @param options.cursorAt - the cursor of the page that begins with what was created at this moment or later.
 * @param options.pagesFrom - the pages from such a cursor on.
 */
export async function* followByTime(
  pages: AsyncGenerator<Page, void, undefined>,
  options: {
    /** Whether the pages have come in the order of time so far. */
    readonly isSorted: () => boolean
    readonly cursorAt: (createdMs: number) => string
    readonly pagesFrom: (cursor: string) => AsyncGenerator<Page, void, undefined>
  },
): AsyncGenerator<Page, void, undefined> {
  const { isSorted, cursorAt, pagesFrom } = options
  let current: AsyncGenerator<Page, void, undefined> | undefined = pages
  let held: readonly Uint8Array[] = []
  while (current !== undefined) {
    let onward: string | undefined
    for await (const page of current) {
      const isFullEnd = page.cursor === undefined && page.records.length >= page.limit
      const lastMs = isFullEnd && isSorted() ? momentToAskFrom(page) : undefined
      // They come again with this page, unless the org shows less of a moment than a moment ago.
      const missing = without(held, page.records)
      const whole = missing.length === 0 ? page.records : [...missing, ...page.records]
      held = []
      if (lastMs === undefined) {
        yield { ...page, records: whole }
        continue
      }
      onward = cursorAt(lastMs)
      held = page.records.filter((record) => momentOf(record) === lastMs)
      yield { ...page, records: without(whole, held), cursor: onward }
    }
    current = onward === undefined ? undefined : pagesFrom(onward)
  }
}

/** The last moment of a page; undefined where records of that moment may stand on the page before, too. */
function momentToAskFrom({ records }: Page): number | undefined {
  const [first = Number.NaN, ...others] = records.map(momentOf)
  const lastMs = others.reduce((latest, moment) => Math.max(latest, moment), first)
  return first < lastMs ? lastMs : undefined
}

/** Not a number for a record that shows none. */
function momentOf(record: Uint8Array): number {
  return Date.parse(createdOf(record) ?? '')
}

function without(
  records: readonly Uint8Array[],
  others: readonly Uint8Array[],
): readonly Uint8Array[] {
  if (records.length === 0 || others.length === 0) return records
  const ids = new Set(others.map(idOf))
  return records.filter((record) => !ids.has(idOf(record)))
}
