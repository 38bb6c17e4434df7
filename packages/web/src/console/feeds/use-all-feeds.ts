/** @module Every feed that the person may see, page by page. */

import { useQuery } from '@tanstack/react-query'
import type { RefusedError } from '../../client.ts'
import { withQuery } from '../address.ts'
import { type Answered, client } from '../server.ts'
import { FEEDS, type Feed } from './feed.ts'

/** As many as are asked for at once. */
export const PAGE_FEEDS = 1_000

/** The feeds. */
export function useAllFeeds({ isAsked = true } = {}): Answered<readonly Feed[]> {
  return useQuery<readonly Feed[], RefusedError>({
    queryKey: [FEEDS],
    enabled: isAsked,
    queryFn: async ({ signal }) => {
      const feeds: Feed[] = []
      let after: string | undefined
      do {
        const path = withQuery(FEEDS, { after, limit: PAGE_FEEDS })
        const page = await client.ask<FeedPage>({ method: 'GET', path, signal })
        feeds.push(...page.feeds)
        after = page.next
      } while (after !== undefined)
      return feeds
    },
  })
}

/** Some of the feeds. */
export interface FeedPage {
  readonly feeds: readonly Feed[]
  readonly next?: string
}
