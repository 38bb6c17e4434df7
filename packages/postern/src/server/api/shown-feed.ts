/** @module A feed as the API shows it. */

import { z } from '@hono/zod-openapi'
import type { FeedView } from '../../feeds/feed-view.ts'
import { run, shownRun } from './run.ts'

const storedError = z.object({ code: z.string(), message: z.string(), remedy: z.string() })

const feedSink = z.object({
  name: z.string(),
  kind: z.string(),
  confirmed: z.int().describe('The last batch that it confirmed.'),
  waiting: z.int().describe('Batches that wait for it.'),
  failures: z.int().describe('In a row.'),
  failingSince: z.iso.datetime().optional(),
  retryAt: z.iso.datetime().optional(),
  error: storedError.optional(),
  confirmedAt: z.iso.datetime().optional(),
})

/** A feed as it is shown. */
export const feed = z
  .object({
    name: z.string(),
    connection: z.string(),
    input: z.string(),
    state: z.enum(['paused', 'running', 'scheduled', 'on-demand']),
    cron: z.string().optional(),
    timezone: z.string(),
    missed: z.enum(['run', 'skip']),
    since: z.iso.datetime().optional(),
    sweepHours: z.number().optional(),
    verify: z.boolean().optional(),
    nextRuns: z.array(z.iso.datetime()).describe('The next three fires of its schedule.'),
    sinks: z.array(feedSink),
    streams: z.array(z.object({ name: z.string(), at: z.string() })),
    spool: z.object({ records: z.int(), bytes: z.int() }),
    upToDateAt: z.iso.datetime().optional().describe('What happened before is with the spool.'),
    lagSeconds: z.int().optional(),
    gaps: z.int().describe('Pieces of history that could not be read.'),
    deadLetters: z.int().describe('Records that were set aside.'),
    held: z
      .object({
        code: z.string(),
        message: z.string(),
        remedy: z.string(),
        missing: z.record(z.string(), z.int()),
        generation: z.int(),
        at: z.iso.datetime(),
        confirmedAt: z.iso.datetime().optional(),
      })
      .optional()
      .describe('Deletions that wait for a person.'),
    lastRun: run.optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Feed')

/** A feed for the wire. */
export function shownFeed({ nextRuns, sinks, lastRun, ...view }: FeedView): z.input<typeof feed> {
  return {
    ...view,
    nextRuns: nextRuns.map((at) => at.toISOString()),
    sinks: sinks.map((sink) => ({
      ...sink,
      failingSince: sink.failingSince?.toISOString(),
      retryAt: sink.retryAt?.toISOString(),
      confirmedAt: sink.confirmedAt?.toISOString(),
    })),
    streams: [...view.streams],
    upToDateAt: view.upToDateAt?.toISOString(),
    lastRun: lastRun && shownRun(lastRun),
    createdAt: view.createdAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
  }
}
