/** @module Routes for the System Log as Postern keeps it: its events by what people look for, over time, by type, and one with those related to it. */

import { z } from '@hono/zod-openapi'
import { readTimeline, readTypes } from '../../store/event-figures.ts'
import type { EventQuery } from '../../store/event-search.ts'
import { readEvent, readEvents } from '../../store/read-events.ts'
import { findKept, objectKinds } from '../../store/read-objects.ts'
import { countRelated, MOST_RELATED, type RelatedEvents } from '../../store/related-events.ts'
import type { Api } from '../api.ts'
import { ServerError } from '../problem.ts'
import { noteRecordsRead } from '../records-read.ts'
import { searches } from '../searches.ts'
import type { Services } from '../services.ts'
import { binsOf, moment, momentOf, spanOf, wholeOf } from '../span.ts'
import { event, shownEvent } from './shown-event.ts'

const text = z.string().min(1).max(512).optional()
const filters = {
  from: moment.optional(),
  to: moment.optional().describe('Before this moment.'),
  eventType: text.describe('A type, or its beginning with a dot at the end: `user.session.`'),
  actor: text.describe('The id or the login of who acted.'),
  target: text.describe('The id of what was acted upon.'),
  outcome: text,
  severity: text,
  ip: text,
  session: text,
  transaction: text,
  text: text.describe('Stands anywhere in what Okta sent, in any case.'),
}
type Filters = z.output<z.ZodObject<typeof filters>>

const related = z.object({
  value: z.string(),
  count: z.int().describe(`Of all of them; ${MOST_RELATED}: so many or more.`),
  href: z.string().describe('Lists them.'),
})

// Of a longer span, days are few enough to be added up while somebody waits.
const DAYS_FROM_MS = 3 * 86_400_000

const tag = 'events'
const params = z.object({ name: z.string() })
const access = { verb: 'read', connection: 'name' } as const

/** Adds the routes. */
export function addEventRoutes(api: Api): void {
  addList(api)
  addFigures(api)
  addOne(api)
}

function addList(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/events',
      operationId: 'listEvents',
      tag,
      summary:
        'Lists the events of an org that a feed keeps in the store, the newest first. All filters apply.',
      access,
      concurrent: searches,
      params,
      query: z.object({
        ...filters,
        cursor: z.string().max(4_096).optional().describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(200).default(100),
      }),
      answer: z.object({
        events: z.array(event),
        next: z
          .string()
          .optional()
          .describe('Where the next page begins, which may be empty; absent at the end.'),
        searchedTo: z.iso
          .datetime()
          .optional()
          .describe('The page ends here because so many events were looked at.'),
      }),
      list: { rows: 'events', cursor: 'cursor', pageRows: 500 },
    },
    async ({ services, by, params: { name }, query }) => {
      const asked = await askedOf(services, name, query)
      await noteRecordsRead(services, by, { kind: 'event', connections: [name] })
      const { rows, cursor, end } = await readEvents(services.store, asked, query)
      return {
        events: rows.map(shownEvent),
        next: cursor,
        searchedTo: end?.published.toISOString(),
      }
    },
  )
}

function addFigures(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/events/timeline',
      operationId: 'getEventTimeline',
      tag,
      summary:
        'Counts events over time, in equal parts; without `from` and `to` those of the last 24 hours. Parts of ten minutes or more become whole hours.',
      access,
      concurrent: searches,
      params,
      query: z.object({
        ...filters,
        bins: z.coerce.number().int().min(1).max(500).default(60).describe('At most so many.'),
      }),
      answer: z.object({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        binSeconds: z.int(),
        bins: z.array(
          z.object({
            at: z.iso.datetime(),
            total: z.int(),
            failures: z.int().describe('With the outcome `FAILURE` or `DENY`.'),
          }),
        ),
        countedFrom: z.iso
          .datetime()
          .optional()
          .describe('What is earlier was not counted: so many events were looked at.'),
      }),
    },
    async ({ services, params: { name }, query: { bins, ...query } }) => {
      const span = spanOf(query, { bins, now: services.clock.now() })
      const asked = await askedOf(services, name, query)
      const timeline = await readTimeline(services.store, asked, span)
      const counted = new Map(timeline.bins.map(({ at, ...bin }) => [at.getTime(), bin]))
      return {
        from: span.from.toISOString(),
        to: span.to.toISOString(),
        binSeconds: span.binSeconds,
        bins: binsOf(span).map((at) => ({
          at: at.toISOString(),
          ...(counted.get(at.getTime()) ?? { total: 0, failures: 0 }),
        })),
        countedFrom: timeline.countedFrom?.toISOString(),
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/events/types',
      operationId: 'listEventTypes',
      tag,
      summary:
        'Counts events by type, the most frequent first, in the whole hours around `from` and `to`, or days of UTC where they are more than three days apart; without them those of the last 24 hours.',
      access,
      concurrent: searches,
      params,
      query: z.object({ from: filters.from, to: filters.to }),
      answer: z.object({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        types: z.array(
          z.object({
            eventType: z.string(),
            total: z.int(),
            failures: z.int(),
          }),
        ),
      }),
      list: { rows: 'types' },
    },
    async ({ services, params: { name }, query }) => {
      const asked = spanOf(query, { bins: 1, now: services.clock.now() })
      const { id } = await services.connections.get(name)
      const grain = asked.to.getTime() - asked.from.getTime() > DAYS_FROM_MS ? 'day' : 'hour'
      const { from, to } = wholeOf(asked, grain)
      const types = await readTypes(services.store, { connectionIds: [id], from, to, grain })
      return { from: from.toISOString(), to: to.toISOString(), types: [...types] }
    },
  )
}

function addOne(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/events/{uuid}',
      operationId: 'getEvent',
      tag,
      summary:
        'Shows an event as Okta sent it, and how many there are of the same actor, session and request.',
      access,
      concurrent: searches,
      params: params.extend({ uuid: z.string().max(300) }),
      answer: z.object({
        event,
        raw: z.string().describe('The JSON text that Okta sent.'),
        related: z.object({
          actor: related.optional(),
          session: related.optional(),
          transaction: related.optional(),
        }),
        kept: z
          .array(z.object({ kind: z.enum(objectKinds), id: z.string() }))
          .describe('Of its actor and targets, those that are kept as objects.'),
      }),
      refusals: ['event_not_found'],
    },
    async ({ services, by, params: { name, uuid } }) => {
      const { id } = await services.connections.get(name)
      await noteRecordsRead(services, by, { kind: 'event', connections: [name] })
      const row = await readEvent(services.store, id, uuid)
      if (row === undefined) throw eventNotFound()
      const groups = await countRelated(services.store, row)
      const event = shownEvent(row)
      return {
        event,
        kept: await keptOf(services.store, id, event),
        raw: row.raw,
        related: Object.fromEntries(
          groups.map((group) => [group.relation, relatedOf(name, group)]),
        ),
      }
    },
  )
}

async function askedOf(
  { connections }: Services,
  name: string,
  { from, to, ...filtered }: Filters,
): Promise<EventQuery> {
  const { id } = await connections.get(name)
  return { ...filtered, from: momentOf(from), to: momentOf(to), connectionIds: [id] }
}

async function keptOf(
  store: Services['store'],
  connectionId: string,
  { actor, targets }: ReturnType<typeof shownEvent>,
) {
  const ids = [actor, ...targets].flatMap((who) => who?.id ?? [])
  const found = await findKept(store, connectionId, ids)
  return objectKinds.flatMap((kind) =>
    found.filter((one) => one.kind === kind).map(({ id }) => ({ kind, id })),
  )
}

function relatedOf(name: string, { relation, value, count }: RelatedEvents) {
  const query = new URLSearchParams({ [relation]: value })
  return { value, count, href: `/v1/connections/${encodeURIComponent(name)}/events?${query}` }
}

function eventNotFound(): ServerError {
  return new ServerError('event_not_found', 'The store has no event with this uuid.', {
    remedy: 'List the events of the connection; what is older than its sink keeps is gone.',
  })
}
