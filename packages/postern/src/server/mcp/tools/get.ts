/** @module The tool that reads a path of an org's management API. */

import type { JsonValue } from '@postern/core'
import { z } from 'zod'
import { fitItems } from '../fit.ts'
import { readOrg } from '../org-read.ts'
import { cursorOf, nextAfter, placeOf } from '../page-cursor.ts'
import { connection, cursor, fields, maxKb } from '../parameters.ts'
import { project } from '../projection.ts'
import { defineTool } from '../tool.ts'

/** `get` */
export const get = defineTool({
  name: 'get',
  title: 'Read from the org',
  description:
    'GET of a path of the Okta management API, such as /api/v1/users with query {"search":"…","limit":50}. Lists come in pages: go on with cursor. Use fields to keep answers short.',
  input: z.strictObject({
    path: z.string().max(2_048),
    query: z
      .record(z.string().max(64), z.union([z.string().max(2_048), z.number(), z.boolean()]))
      .optional(),
    fields,
    cursor,
    maxKb,
    connection,
  }),
  effect: 'read',
  needs: '`proxy`, within its methods and paths',
  isOffered: (reach) => reach.having({ verb: 'proxy' }).length > 0,
  run: async ({ input, ...call }) => {
    const { name } = call.reach.require({ verb: 'proxy' }, input.connection)
    const { after, skip } = placeOf(input.cursor)
    const query = { ...input.query, ...(after === '' ? {} : { after }) }
    const answer = await readOrg(call, { connection: name, path: input.path, query })
    const body = (answer.json() ?? null) as JsonValue
    const list: readonly JsonValue[] = Array.isArray(body) ? body.slice(skip) : [body]
    const shown = list.map((record) => project(record, input.fields))
    const { items, taken } = fitItems(shown, input.maxKb * 1_024)
    if (!Array.isArray(body)) return { connection: name, record: items[0] ?? null }
    const next = nextAfter(answer)
    const isCut = taken < list.length
    const place = isCut ? { after, skip: skip + taken } : { after: next ?? '', skip: 0 }
    const more = isCut || next !== undefined ? { cursor: cursorOf(place) } : {}
    return { connection: name, records: items, ...more }
  },
})
