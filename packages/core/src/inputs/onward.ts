/** @module The pages of a list as a walk takes them: less one that leads back, until the walk stops. */

import type { Org } from '../org/org.ts'
import type { Page } from '../org/page.ts'
import type { PagesOptions } from '../org/pages.ts'
import { requestUrl } from '../org/request.ts'
import type { ReadOptions } from './input.ts'

/**
 * The pages of `Org.pages`. Before it stops at a link that leads back, that gives the page with the link; its cursor is
 * that of the page itself, and its records would come twice.
 *
 * @throws what `Org.pages` throws.
 */
export async function* pagesOnward(
  org: Org,
  path: string,
  options: PagesOptions,
): AsyncGenerator<Page, void, undefined> {
  const { query, limit } = options
  const first = requestUrl(org.url, path, { ...query, ...(limit === undefined ? {} : { limit }) })
  let asked: string | undefined = options.cursor ?? first.pathname + first.search
  for await (const page of org.pages(path, options)) {
    const leadsBack = page.cursor === asked
    asked = page.cursor
    if (!leadsBack) yield page
  }
}

/** How the lists of one walk are paged: all of them end when the walk stops or its caller aborts. */
export function pagingUntil(
  stop: AbortSignal,
  { priority = 'sweep', signal }: ReadOptions,
): Pick<PagesOptions, 'priority' | 'signal'> {
  return { priority, signal: signal === undefined ? stop : AbortSignal.any([signal, stop]) }
}
