/** @module The tool that shows feeds and what they did. */

import { z } from 'zod'
import { feedNotFound } from '../../../feeds/feed-refusals.ts'
import type { RunRow } from '../../../store/runs.ts'
import { answerBytes } from '../answer.ts'
import { fitItems } from '../fit.ts'
import { defineTool } from '../tool.ts'

const need = { verb: 'read' } as const
const MAX_FEEDS = 100

/** `feeds` */
export const feeds = defineTool({
  name: 'feeds',
  title: 'Feeds',
  description:
    'Lists the feeds that move records out of orgs: how fresh each is, what waits, what failed. With feed, that one and its last runs.',
  input: z.strictObject({
    feed: z.string().min(1).max(64).optional(),
    runs: z.int().min(1).max(50).default(10),
    after: z.string().max(64).optional().describe('Feeds whose names come later'),
  }),
  effect: 'read',
  needs: '`read`',
  isOffered: (reach) => reach.having(need).length > 0,
  run: async ({ input, services, reach }) => {
    const names = reach.having(need).map(({ name }) => name)
    if (input.feed === undefined) {
      const asked = { connections: names, after: input.after, limit: MAX_FEEDS }
      const all = await services.feeds.list(asked)
      const { items, taken } = fitItems(all, answerBytes.usual)
      const isEnd = taken === all.length && all.length < MAX_FEEDS
      return { feeds: items, ...(isEnd ? {} : { after: all[taken - 1]?.name }) }
    }
    const { connection } = await services.feeds.find(input.feed)
    if (!names.includes(connection)) throw feedNotFound()
    const feed = await services.feeds.get(input.feed)
    const runs = (await services.feeds.runs(input.feed, input.runs)).map(shownRun)
    return { feed, runs: fitItems(runs, answerBytes.usual).items }
  },
})

function shownRun({ trigger, started_at, ended_at, outcome, report }: RunRow) {
  return { trigger, startedAt: started_at, endedAt: ended_at, outcome, report }
}
