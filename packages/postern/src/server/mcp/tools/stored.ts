/** @module The tools that look into what feeds stored: they read no org, and take filters, never a statement of the caller's. */

import { z } from 'zod'
import type { EventQuery } from '../../../store/event-search.ts'
import { countEvents, readEvents } from '../../../store/read-events.ts'
import {
  countObjects,
  type ObjectQuery,
  objectKinds,
  readObjects,
} from '../../../store/read-objects.ts'
import type { Store } from '../../../store/store.ts'
import { noteRecordsRead } from '../../records-read.ts'
import { fitItems } from '../fit.ts'
import { connection, cursor, fields, maxKb, moment } from '../parameters.ts'
import { project } from '../projection.ts'
import type { Reach } from '../reach.ts'
import { defineTool } from '../tool.ts'
import { ToolError } from '../tool-error.ts'

const kinds = ['event', ...objectKinds] as const
const MAX_COUNTED = 100

const text = z.string().min(1).max(512).optional()
const filters = {
  kind: z.enum(kinds),
  since: moment.optional().describe('Events'),
  until: moment.optional().describe('Events'),
  eventType: text.describe('Or its beginning: user.session.'),
  actor: text.describe('Events: id or login'),
  target: text.describe('Events: id'),
  outcome: text.describe('Events'),
  id: text.describe('Objects'),
  parent: text.describe('Members, assignments: id of the group or app'),
  child: text.describe('Members, assignments: id of the user or group'),
  status: text.describe('Objects'),
  text: text.describe('Stands anywhere in it'),
  connection,
}
type Filters = z.output<z.ZodObject<typeof filters>>

const ofEvents = ['since', 'until', 'eventType', 'actor', 'target', 'outcome'] as const
const ofObjects = ['id', 'parent', 'child', 'status'] as const

/** `query` */
export const query = defineTool({
  name: 'query',
  title: 'Stored records',
  description:
    "Records that feeds stored in Postern, as Okta sent them: fast, without the org's rate limit, as fresh as the feeds (see feeds). Filters are exact and all apply.",
  input: z.strictObject({
    ...filters,
    limit: z.int().min(1).max(200).default(50),
    fields,
    cursor,
    maxKb,
  }),
  effect: 'read',
  needs: '`read`',
  isOffered: (reach) => reach.having({ verb: 'read' }).length > 0,
  run: async ({ input, services, by, reach }) => {
    const named = connectionsOf(reach, input)
    await noteRecordsRead(services, by, { kind: input.kind, connections: named.values() })
    const page = { limit: input.limit, cursor: input.cursor }
    const { rows, cursor } = await readPage(services.store, asked(input, named), page)
    const shown = rows.map((row) => ({
      connection: named.get(row.connectionId),
      at: 'published' in row ? row.published : row.observedAt,
      record: project(JSON.parse(row.raw), input.fields),
    }))
    const { items, taken } = fitItems(shown, input.maxKb * 1_024)
    if (taken === rows.length)
      return { records: items, ...(cursor === undefined ? {} : { cursor }) }
    // What did not fit begins the next page, which is read anew as one of so many.
    const fitting = await readPage(services.store, asked(input, named), { ...page, limit: taken })
    return { records: items, cursor: fitting.cursor }
  },
})

/** `count` */
export const count = defineTool({
  name: 'count',
  title: 'Count stored records',
  description: 'Counts the same records as query: events by type, objects by status.',
  input: z.strictObject(filters),
  effect: 'read',
  needs: '`read`',
  isOffered: (reach) => reach.having({ verb: 'read' }).length > 0,
  run: async ({ input, services, by, reach }) => {
    const { store } = services
    const named = connectionsOf(reach, input)
    const { events, objects } = asked(input, named)
    await noteRecordsRead(services, by, { kind: input.kind, connections: named.values() })
    if (events !== undefined) return { byType: await countEvents(store, events, MAX_COUNTED) }
    return { byStatus: await countObjects(store, objects, MAX_COUNTED) }
  },
})

/** The connections that are asked about, by id: those that the caller may read, and no other. */
function connectionsOf(reach: Reach, { connection: name }: Filters): ReadonlyMap<string, string> {
  const need = { verb: 'read' } as const
  const rows = name === undefined ? reach.having(need) : [reach.require(need, name)]
  return new Map(rows.map((row) => [row.id, row.name]))
}

type Asked =
  | { readonly events: EventQuery; readonly objects?: undefined }
  | { readonly events?: undefined; readonly objects: ObjectQuery }

function asked(input: Filters, connections: ReadonlyMap<string, string>): Asked {
  const { kind, since, until } = input
  const connectionIds = [...connections.keys()]
  const isEvent = kind === 'event'
  const strange = (isEvent ? ofObjects : ofEvents).find((name) => input[name] !== undefined)
  if (strange !== undefined) throw filterInvalid(strange, kind)
  if (!isEvent) return { objects: { ...input, connectionIds, kind } }
  const times = { from: dateOf(since), to: dateOf(until) }
  return { events: { ...input, connectionIds, ...times } }
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}

function readPage(
  store: Store,
  { events, objects }: Asked,
  page: { readonly limit: number; readonly cursor: string | undefined },
) {
  return events === undefined ? readObjects(store, objects, page) : readEvents(store, events, page)
}

function filterInvalid(name: string, kind: string): ToolError {
  const which = kind === 'event' ? ofEvents : ofObjects
  return new ToolError('tool_arguments_invalid', `${name} is no filter of ${kind} records.`, {
    remedy: `Filter them by ${which.join(', ')} or text.`,
  })
}
