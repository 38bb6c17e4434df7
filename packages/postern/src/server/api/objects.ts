/** @module The routes for the objects of an org that a feed keeps in the store, as they are now. */

import { z } from '@hono/zod-openapi'
import { objectKinds, type ReadObject, readObjects } from '../../store/read-objects.ts'
import type { Api } from '../api.ts'
import { ServerError } from '../problem.ts'
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

/** Adds the routes. */
export function addObjectRoutes(api: Api): void {
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
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/objects/{kind}/{id}',
      operationId: 'getObject',
      tag: 'objects',
      summary: 'Shows an object of an org that a feed keeps in the store, as Okta sent it.',
      access: { verb: 'read', connection: 'name' },
      params: z.object({
        name: z.string(),
        kind: z.enum(objectKinds),
        id: z.string().min(1).max(512),
      }),
      answer: z.object({ object, raw: z.string().describe('The JSON text that Okta sent.') }),
      refusals: ['object_not_kept'],
    },
    async ({ services, by, params: { name, kind, id } }) => {
      const connection = await services.connections.get(name)
      await noteRecordsRead(services, by, { kind, connections: [name] })
      const asked = { connectionIds: [connection.id], kind, id }
      const { rows } = await readObjects(services.store, asked, { limit: 1 })
      const [row] = rows
      if (row === undefined) throw objectNotKept()
      return { object: shownObject(row, kind), raw: row.raw }
    },
  )
}

function objectNotKept(): ServerError {
  return new ServerError('object_not_kept', 'The store has no object of this kind and id.', {
    remedy: 'List the objects of the connection; what is gone from the org is gone here too.',
  })
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
