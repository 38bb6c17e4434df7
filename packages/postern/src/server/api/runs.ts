/** @module Routes for what feeds did, and for what they could not read or deliver. */

import { z } from '@hono/zod-openapi'
import { readRunFigures } from '../../store/run-figures.ts'
import type { Api } from '../api.ts'
import { cursorInstant, cursorOf, placeOf } from '../list-cursor.ts'
import { binsOf, exactSpanOf, moment } from '../span.ts'
import { requireFeed } from './feeds.ts'
import { run, shownRun } from './run.ts'

const tag = 'feeds'
const nothing = { records: 0, runs: 0, failed: 0, lagSeconds: null }
const params = z.object({ feed: z.string() })
const query = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(20) })
const cursor = z.string().max(4_096).optional().describe('`next` of the page before.')
const letterPlace = z.tuple([cursorInstant, z.int().min(0), z.int32(), z.string().max(300)])

/** Adds the routes. */
export function addRunRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/feeds/{feed}/runs',
      operationId: 'listRuns',
      tag,
      summary: 'Lists what a feed did, the newest first.',
      access: { verb: 'read', connection: 'any' },
      params,
      query,
      answer: z.object({ runs: z.array(run) }),
      // All that are kept, and those that are still to be removed.
      list: { rows: 'runs', pageRows: 2_000 },
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, params: { feed }, query: { limit } }) => {
      await requireFeed('read', feed, { services, caller })
      return { runs: (await services.feeds.runs(feed, limit)).map(shownRun) }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/feeds/{feed}/gaps',
      operationId: 'listGaps',
      tag,
      summary:
        "Lists the pieces of the org's history that a feed could not read, the oldest first.",
      access: { verb: 'read', connection: 'any' },
      params,
      answer: z.object({
        gaps: z.array(
          z.object({
            from: z.iso.datetime().optional().describe('Absent: from the beginning.'),
            to: z.iso.datetime(),
            reason: z.string(),
          }),
        ),
      }),
      list: { rows: 'gaps' },
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, params: { feed } }) => {
      await requireFeed('read', feed, { services, caller })
      const gaps = await services.feeds.gaps(feed)
      return {
        gaps: gaps.map(({ from_at, to_at, reason }) => ({
          from: from_at?.toISOString(),
          to: to_at.toISOString(),
          reason,
        })),
      }
    },
  )
  addFigures(api)
  addDeadLetterRoutes(api)
}

function addFigures(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/feeds/{feed}/figures',
      operationId: 'getFeedFigures',
      tag,
      summary:
        'Counts what a feed read over time, in equal parts; without `from` and `to` in the last 24 hours. Runs are kept for 30 days, and a thousand of them.',
      access: { verb: 'read', connection: 'any' },
      params,
      query: z.object({
        from: moment.optional(),
        to: moment.optional().describe('Before this moment.'),
        bins: z.coerce.number().int().min(1).max(500).default(60).describe('At most so many.'),
      }),
      answer: z.object({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        binSeconds: z.int(),
        bins: z.array(
          z.object({
            at: z.iso.datetime(),
            records: z.int(),
            runs: z.int().describe('That began in this part.'),
            failed: z.int().describe('Of those: failed, or interrupted.'),
            lagSeconds: z
              .number()
              .optional()
              .describe('The longest time between an event and its batch.'),
          }),
        ),
      }),
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, params: { feed }, query: { bins, ...asked } }) => {
      const { id } = await requireFeed('read', feed, { services, caller })
      const span = exactSpanOf(asked, { bins, now: services.clock.now() })
      const figures = await readRunFigures(services.store, id, span)
      const known = new Map(figures.map(({ bin, ...figure }) => [bin, figure]))
      return {
        from: span.from.toISOString(),
        to: span.to.toISOString(),
        binSeconds: span.binSeconds,
        bins: binsOf(span).map((at, bin) => {
          const { lagSeconds, ...counts } = known.get(bin) ?? nothing
          return { at: at.toISOString(), ...counts, lagSeconds: lagSeconds ?? undefined }
        }),
      }
    },
  )
}

function addDeadLetterRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/feeds/{feed}/dead-letters',
      operationId: 'listDeadLetters',
      tag,
      summary: 'Lists the records that a feed set aside, the newest first.',
      // They are the records themselves.
      access: { verb: 'sync', connection: 'any' },
      params,
      query: query.extend({ cursor }),
      answer: z.object({
        deadLetters: z.array(
          z.object({
            sink: z.string().optional().describe('Absent: no sink could be given it.'),
            batch: z.int(),
            index: z.int(),
            code: z.string(),
            reason: z.string(),
            record: z.string().describe('The line that was to be written.'),
            at: z.iso.datetime(),
          }),
        ),
        next: z.string().optional().describe('Where the next page begins; absent at the end.'),
      }),
      list: { rows: 'deadLetters', cursor: 'cursor', pageRows: 100 },
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, params: { feed }, query: { limit, ...query } }) => {
      await requireFeed('sync', feed, { services, caller })
      const behind = letterBehind(query.cursor)
      const letters = await services.feeds.deadLetters(feed, { limit, behind })
      const last = letters.length < limit ? undefined : letters.at(-1)
      return {
        deadLetters: letters.map(({ sink, seq, index, code, reason, record, created_at }) => ({
          sink,
          batch: seq,
          index,
          code,
          reason,
          record: Buffer.from(record).toString('utf8'),
          at: created_at.toISOString(),
        })),
        next: last && cursorOf([last.created_at.toISOString(), last.seq, last.index, last.sink_id]),
      }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/{feed}/dead-letters/retry',
      operationId: 'retryDeadLetters',
      tag,
      summary:
        'Sends all records that sinks of a feed refused to them again. Those that they take now are dropped, as are those of objects that changed since; the others stay.',
      access: { verb: 'sync', connection: 'any' },
      params,
      answer: z.object({
        sent: z.int(),
        refused: z.int().describe('Once more; the list says why.'),
        superseded: z
          .int()
          .describe('Dropped unsent: their objects changed or were deleted since.'),
      }),
      refusals: [
        'feed_not_found',
        'feed_running',
        'feed_retrying',
        'sink_unreachable',
        'sink_rejected',
      ],
    },
    async ({ services, caller, by, params: { feed }, signal }) => {
      await requireFeed('sync', feed, { services, caller })
      return services.feeds.retryDeadLetters(feed, by, signal)
    },
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/feeds/{feed}/dead-letters',
      operationId: 'dropDeadLetters',
      tag,
      summary: 'Drops all records that a feed set aside.',
      access: { verb: 'admin', connection: 'any' },
      params,
      answer: z.object({ dropped: z.int() }),
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, by, params: { feed } }) => {
      await requireFeed('admin', feed, { services, caller })
      return { dropped: await services.feeds.dropDeadLetters(feed, by) }
    },
  )
}

function letterBehind(cursor: string | undefined) {
  const place = placeOf(cursor, letterPlace)
  if (place === undefined) return undefined
  const [createdAt, seq, index, sinkId] = place
  return { created_at: createdAt, seq, index, sink_id: sinkId }
}
