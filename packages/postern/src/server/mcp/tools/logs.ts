/** @module The tool that reads an org's System Log. */

import type { JsonValue } from '@postern/core'
import { z } from 'zod'
import { fitItems } from '../fit.ts'
import { readOrg } from '../org-read.ts'
import { cursorOf, nextAfter, placeOf } from '../page-cursor.ts'
import { connection, cursor, fields, maxKb, moment } from '../parameters.ts'
import { project } from '../projection.ts'
import { defineTool } from '../tool.ts'
import { ToolError } from '../tool-error.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MAX_DAYS = 7
const need = { verb: 'proxy', scopes: ['okta.logs.read'] } as const

/** `logs` */
export const logs = defineTool({
  name: 'logs',
  title: 'System Log',
  description: `Events of the org's System Log, the newest first; the last 24 hours unless since and until (at most ${MAX_DAYS} days apart) say otherwise.`,
  input: z.strictObject({
    since: moment.optional(),
    until: moment.optional(),
    filter: z
      .string()
      .max(2_048)
      .optional()
      .describe('SCIM, such as eventType eq "user.session.start"'),
    q: z.string().max(512).optional().describe('Words'),
    limit: z.int().min(1).max(100).default(20),
    fields,
    cursor,
    maxKb,
    connection,
  }),
  effect: 'read',
  needs: '`proxy` with `/api/v1`, and `okta.logs.read`',
  isOffered: (reach) => reach.having(need).length > 0,
  run: async ({ input, ...call }) => {
    const { name } = call.reach.require(need, input.connection)
    const { after, skip } = placeOf(input.cursor)
    const { since, until } = windowOf(input, call.services.clock.now())
    const query = {
      since: since.toISOString(),
      until: until.toISOString(),
      sortOrder: 'DESCENDING',
      limit: input.limit,
      filter: input.filter,
      q: input.q,
      ...(after === '' ? {} : { after }),
    }
    const answer = await readOrg(call, { connection: name, path: '/api/v1/logs', query })
    const body = answer.json()
    const list: readonly JsonValue[] = Array.isArray(body) ? body.slice(skip) : []
    const shown = list.map((event) => project(event, input.fields))
    const { items, taken } = fitItems(shown, input.maxKb * 1_024)
    const next = nextAfter(answer)
    const isCut = taken < list.length
    // Okta gives a next link on the last page of a log too; an empty page is its end.
    const hasMore = isCut || (next !== undefined && list.length + skip >= input.limit)
    const place = isCut ? { after, skip: skip + taken } : { after: next ?? '', skip: 0 }
    return {
      connection: name,
      since,
      until,
      events: items,
      ...(hasMore ? { cursor: cursorOf(place) } : {}),
    }
  },
})

function windowOf(
  given: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: Date,
): { readonly since: Date; readonly until: Date } {
  const until = given.until === undefined ? now : new Date(given.until)
  const since =
    given.since === undefined ? new Date(until.getTime() - DAY_MS) : new Date(given.since)
  const days = (until.getTime() - since.getTime()) / DAY_MS
  if (days > 0 && days <= MAX_DAYS) return { since, until }
  throw new ToolError(
    'tool_arguments_invalid',
    days <= 0 ? 'since is not before until.' : `since and until are ${Math.ceil(days)} days apart.`,
    { remedy: `Give a since before until, and at most ${MAX_DAYS} days before it.` },
  )
}
