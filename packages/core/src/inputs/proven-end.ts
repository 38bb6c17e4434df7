/** @module A list that ends with its first page, although that is full: at its end indeed, or because something on the way drops its next link. */

import type { Org } from '../org/org.ts'
import { type Page, pageError } from '../org/page.ts'
import type { PagesOptions } from '../org/pages.ts'
import { pagesOnward } from './onward.ts'

/**
 * The pages of a list that cannot be asked for by time. Proxies that take only the first line of a repeated header drop
 * the next link, and every list would end with its first page. So where the first page is full and the last, half of it is
 * asked for: more must follow that.
 *
 * @throws {PageError} `page_missing_link`, before anything of the list is given out; and what `Org.pages` throws.
 */
export async function* pagesToProvenEnd(
  org: Org,
  path: string,
  options: PagesOptions & { readonly limit: number },
): AsyncGenerator<Page, void, undefined> {
  const { cursor } = options
  // A link that led here shows that links arrive.
  let isDoubtful = cursor === undefined
  for await (const page of pagesOnward(org, path, options)) {
    if (isDoubtful && page.cursor === undefined && page.records.length >= page.limit) {
      await requireLinkBehindHalf(org, path, { ...options, limit: page.limit })
    }
    isDoubtful = false
    yield page
  }
}

async function requireLinkBehindHalf(
  org: Org,
  path: string,
  options: PagesOptions & { readonly limit: number },
): Promise<void> {
  const limit = Math.floor(options.limit / 2)
  if (limit === 0) return
  const { value: half } = await org.pages(path, { ...options, limit }).next()
  if (!half || half.cursor !== undefined || half.records.length !== limit) return
  throw pageError(
    'page_missing_link',
    `${path} gives ${limit} records and no next link, and twice as many when they are asked for.`,
    'Let every Link line of an answer pass through the proxies on the way: lists end after their first page.',
  )
}
