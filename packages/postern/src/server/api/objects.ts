/** @module The route for the objects of an org that a feed keeps in the store, as they are now. */

import { z } from '@hono/zod-openapi'
import { objectKinds, type ReadObject, readObjects } from '../../store/read-objects.ts'
import type { Api } from '../api.ts'
import { noteRecordsRead } from '../records-read.ts'
import { searches } from '../searches.ts'

const text = z.string().min(1).max(512).optional()

const object = z
  .object({
    kind: z.enum(objectKinds),
    id: z.string(),
    parent: z.string().optional().describe('Of a member or an assignment: the group or app.'),
    child: z.string().optional().describe('Of a member or an assignment: the user or group.'),
    status: z.string().optional(),
    label: z.string().optional(),
    login: z.string().optional(),
    observedAt: z.iso.datetime().describe('When it was read of the org.'),
  })
  .openapi('StoredObject')

/** Adds the route. */
export function addObjectRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/objects',
      operationId: 'listObjects',
      tag: 'objects',
      summary: 'Lists the objects of an org that a feed keeps in the store, by id.',
      access: { verb: 'read', connection: 'name' },
      concurrent: searches,
      params: z.object({ name: z.string() }),
      query: z.object({
        kind: z.enum(objectKinds),
        id: text,
        parent: text.describe('Members and assignments: of this group or app.'),
        child: text.describe('Members and assignments: this user or group.'),
        status: text,
        text: text.describe('Stands anywhere in the label or the login, in any case.'),
        cursor: z.string().max(4_096).optional().describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(200).default(100),
      }),
      answer: z.object({
        objects: z.array(object),
        next: z
          .string()
          .optional()
          .describe('Where the next page begins, which may be empty; absent at the end.'),
      }),
      list: { rows: 'objects', cursor: 'cursor', pageRows: 1_000 },
    },
    async ({ services, by, params: { name }, query }) => {
      const { id } = await services.connections.get(name)
      await noteRecordsRead(services, by, { kind: query.kind, connections: [name] })
      const { rows, cursor } = await readObjects(
        services.store,
        { ...query, connectionIds: [id] },
        query,
      )
      return { objects: rows.map((row) => shownObject(row, query.kind)), next: cursor }
    },
  )
}

function shownObject(
  { id, parent, child, status, label, login, observedAt }: ReadObject,
  kind: (typeof objectKinds)[number],
): z.input<typeof object> {
  return {
    kind,
    id,
    parent: parent ?? undefined,
    child: child ?? undefined,
    status: status ?? undefined,
    label: label ?? undefined,
    login: login ?? undefined,
    observedAt: observedAt.toISOString(),
  }
}
