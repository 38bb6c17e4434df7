/** @module Routes for feeds: what is read over which connection, into which sinks, and when. */

import { z } from '@hono/zod-openapi'
import type { Verb } from '../../config/access-rules.ts'
import { feedChangeMembers, feedMembers, feedPreviewMembers } from '../../config/feed-members.ts'
import { feedNotFound } from '../../feeds/feed-refusals.ts'
import type { NamedFeedRow } from '../../store/feeds.ts'
import { feedConditions } from '../../store/list-feeds.ts'
import { findRun } from '../../store/runs.ts'
import type { Api } from '../api.ts'
import type { RequestCaller } from '../caller.ts'
import type { Services } from '../services.ts'
import { run, shownRun } from './run.ts'
import { feed, shownFeed } from './shown-feed.ts'

const progress = z.object({
  records: z.int(),
  emitted: z.int(),
  remaining: z.int().optional().describe('As far as that can be told.'),
  spoolRecords: z.int().describe('Records that wait for the sinks.'),
  confirmed: z.record(z.string(), z.int()),
  waitedMs: z.number(),
})

const tag = 'feeds'
const params = z.object({ feed: z.string() })
const MAX_LISTED = 1_000
const CONDITIONS = new RegExp(`^(?:(?:${feedConditions.join('|')})(?:,|$))+$`)
const verifyRefusals = ['feed_not_found', 'feed_paused', 'feed_running']

/** Adds the routes. */
export function addFeedRoutes(api: Api): void {
  addKeptRoutes(api)
  addRunningRoutes(api)
}

function addKeptRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/feeds',
      operationId: 'addFeed',
      tag,
      summary: 'Keeps a feed, which begins with its next fire.',
      access: { verb: 'admin', connection: 'any' },
      body: feedMembers,
      status: 201,
      answer: feed,
      refusals: ['feed_invalid', 'feed_exists', 'connection_not_found'],
    },
    async ({ services, caller, by, body }) => {
      caller.requireVerb('admin', body.connection)
      return shownFeed(await services.feeds.add(body, by))
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/plan',
      operationId: 'planFeed',
      tag,
      summary: 'Says what adding a feed would come to: its runs, and how long the first one takes.',
      access: { verb: 'admin', connection: 'any' },
      body: feedMembers,
      answer: z.object({
        connection: z.string(),
        input: z.string(),
        cron: z.string().optional(),
        timezone: z.string(),
        nextRuns: z.array(z.iso.datetime()),
        estimate: z.object({
          from: z.iso.datetime().optional(),
          records: z.int().optional().describe('Absent where nobody can tell.'),
          calls: z.int().optional(),
          seconds: z.int().optional(),
          basis: z.string(),
        }),
      }),
      refusals: ['feed_invalid', 'connection_not_found'],
    },
    async ({ services, caller, body, signal }) => {
      caller.requireVerb('admin', body.connection)
      const { nextRuns, estimate, ...plan } = await services.feeds.plan(body, signal)
      const from = estimate.from?.toISOString()
      return {
        ...plan,
        nextRuns: nextRuns.map((at) => at.toISOString()),
        estimate: { ...estimate, from },
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/feeds',
      operationId: 'listFeeds',
      tag,
      summary: 'Lists the feeds of the connections that the caller may read.',
      access: { verb: 'read', connection: 'any' },
      query: z.object({
        text: z
          .string()
          .max(300)
          .optional()
          .describe('Stands anywhere in the name, or in that of the connection or the input.'),
        connection: z.string().max(300).optional(),
        state: z
          .string()
          .max(100)
          .regex(CONDITIONS)
          .optional()
          .describe(`Some of ${feedConditions.join(', ')}, with commas between them.`),
        after: z.string().optional().describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(100),
        counts: z.literal('true').optional().describe('Counts too.'),
      }),
      answer: z.object({
        feeds: z.array(feed),
        next: z.string().optional(),
        counts: z
          .record(z.enum(feedConditions), z.int())
          .optional()
          .describe('How many fit `text` and `connection`, by state; with `counts` alone.'),
      }),
      list: { rows: 'feeds', cursor: 'after', pageRows: 100 },
    },
    async ({ services, caller, query: { state, counts, ...query } }) => {
      const connections = caller.permissions.connectionsFor('read')
      const conditions = feedConditions.filter((one) => state?.split(',').includes(one))
      const which = { ...query, connections }
      const feeds = await services.feeds.list({
        ...which,
        conditions: state === undefined ? undefined : conditions,
      })
      const next = feeds.length < query.limit ? undefined : feeds.at(-1)?.name
      return {
        feeds: feeds.map(shownFeed),
        next,
        counts: counts && (await services.feeds.count(which)),
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/feeds/{feed}',
      operationId: 'getFeed',
      tag,
      summary: 'Shows a feed: what it is, how far it is, and what is in its way.',
      access: { verb: 'read', connection: 'any' },
      params,
      answer: feed,
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, params: { feed: name } }) => {
      await requireFeed('read', name, { services, caller })
      return shownFeed(await services.feeds.get(name))
    },
  )
  api.add(
    {
      method: 'patch',
      path: '/v1/feeds/{feed}',
      operationId: 'updateFeed',
      tag,
      summary:
        'Changes what is given. A new sink gets what is read from now on, and every object; another connection, input or beginning makes another feed.',
      access: { verb: 'admin', connection: 'any' },
      params,
      body: feedChangeMembers,
      answer: feed,
      refusals: ['feed_not_found', 'feed_invalid', 'feed_fixed', 'feed_changed'],
    },
    async ({ services, caller, by, params: { feed: name }, body }) => {
      await requireFeed('admin', name, { services, caller })
      return shownFeed(await services.feeds.update(name, body, by))
    },
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/feeds/{feed}',
      operationId: 'removeFeed',
      tag,
      summary: 'Removes a feed with its cursors and its spool. What its sinks have stays there.',
      access: { verb: 'admin', connection: 'any' },
      params,
      refusals: ['feed_not_found'],
    },
    async ({ services, caller, by, params: { feed: name } }) => {
      await requireFeed('admin', name, { services, caller })
      await services.feeds.remove(name, by)
    },
  )
}

function addRunningRoutes(api: Api): void {
  for (const verb of ['pause', 'resume'] as const) {
    api.add(
      {
        method: 'post',
        path: `/v1/feeds/{feed}/${verb}`,
        operationId: `${verb}Feed`,
        tag,
        summary:
          verb === 'pause'
            ? 'Lets a feed rest: its run ends at the next page, and no other begins.'
            : 'Lets a feed go on where it was.',
        access: { verb: 'sync', connection: 'any' },
        params,
        answer: feed,
        refusals: ['feed_not_found', 'feed_changed'],
      },
      async ({ services, caller, by, params: { feed: name } }) => {
        await requireFeed('sync', name, { services, caller })
        return shownFeed(await services.feeds[verb](name, by))
      },
    )
  }
  for (const verb of ['run', 'verify'] as const) {
    api.add(
      {
        method: 'post',
        path: `/v1/feeds/{feed}/${verb}`,
        operationId: `${verb}Feed`,
        tag,
        summary:
          verb === 'run'
            ? 'Runs a feed now, until there is nothing more to do at once.'
            : 'Runs a feed now, and compares what it has read with the org.',
        access: { verb: 'sync', connection: 'any' },
        params,
        answer: z.object({
          run,
          verified: z.string().optional().describe('What verifying showed.'),
        }),
        event: progress,
        refusals: verifyRefusals,
      },
      async ({ services, caller, by, params: { feed: name }, signal, tell }) => {
        await requireFeed('sync', name, { services, caller })
        const options = { signal, verify: verb === 'verify', onProgress: tell }
        const { runId } = await services.feeds.run(name, by, options)
        // Another run may have begun since.
        const ran = await findRun(services.store, runId)
        if (ran === undefined) throw feedNotFound()
        const { streams } = await services.feeds.get(name)
        const verified = streams.find((stream) => stream.name === 'verify')?.at
        return { run: shownRun(ran), ...(verb === 'verify' ? { verified } : {}) }
      },
    )
  }
  const previewed = z.object({
    records: z.array(z.string()).describe('Each the JSON text that Okta sent.'),
  })
  const shownRecords = (records: readonly Uint8Array[]) => ({
    records: records.map((record) => Buffer.from(record).toString('utf8')),
  })
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/preview',
      operationId: 'previewNewFeed',
      tag,
      summary: 'Reads the first ten records of a feed that nobody has added; nothing is kept.',
      access: { verb: 'sync', connection: 'any' },
      body: feedPreviewMembers,
      answer: previewed,
      refusals: ['feed_invalid', 'connection_not_found', 'scope_not_granted', 'role_missing'],
    },
    async ({ services, caller, body, signal }) => {
      caller.requireVerb('sync', body.connection)
      return shownRecords(await services.feeds.previewNew(body, signal))
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/{feed}/preview',
      operationId: 'previewFeed',
      tag,
      summary: 'Reads the first ten records of a feed; nothing is kept.',
      access: { verb: 'sync', connection: 'any' },
      params,
      answer: previewed,
      refusals: ['feed_not_found', 'scope_not_granted', 'role_missing'],
    },
    async ({ services, caller, params: { feed: name }, signal }) => {
      await requireFeed('sync', name, { services, caller })
      return shownRecords(await services.feeds.preview(name, signal))
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/{feed}/resync',
      operationId: 'resyncFeed',
      tag,
      summary: 'Lets the next run of a feed of objects pass on every object again.',
      access: { verb: 'admin', connection: 'any' },
      params,
      answer: feed,
      refusals: ['feed_not_found', 'feed_without_objects'],
    },
    async ({ services, caller, by, params: { feed: name } }) => {
      await requireFeed('admin', name, { services, caller })
      return shownFeed(await services.feeds.resync(name, by))
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/feeds/{feed}/confirm-deletions',
      operationId: 'confirmFeedDeletions',
      tag,
      summary: 'Confirms deletions that a feed holds back; its next run passes them on.',
      access: { verb: 'admin', connection: 'any' },
      params,
      body: z.strictObject({
        generation: z.int().describe('`held.generation` of the feed, as it was looked at.'),
      }),
      answer: feed,
      refusals: ['feed_not_found', 'feed_nothing_held'],
    },
    async ({ services, caller, by, params: { feed: name }, body: { generation } }) => {
      await requireFeed('admin', name, { services, caller })
      return shownFeed(await services.feeds.confirmDeletions(name, generation, by))
    },
  )
}

/**
 * A feed on whose connection the caller has the verb.
 *
 * @throws {FeedError} `feed_not_found` where there is none, or none that the caller may see: nobody can tell them apart.
 */
export async function requireFeed(
  verb: Verb,
  name: string,
  { services, caller }: { readonly services: Services; readonly caller: RequestCaller },
): Promise<NamedFeedRow> {
  const row = await services.feeds.find(name)
  if (!caller.permissions.maySee(row.connection)) throw feedNotFound()
  caller.requireVerb(verb, row.connection)
  return row
}
