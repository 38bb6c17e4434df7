/** @module The route for inputs: what can be read, and over which connections. */

import { z } from '@hono/zod-openapi'
import { inputs } from '@postern/core'
import { viewOf } from '../../connections/view.ts'
import type { Api } from '../api.ts'

/** Adds the route. */
export function addInputRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/inputs',
      operationId: 'listInputs',
      tag: 'feeds',
      summary: 'Lists what can be read of an org, what it needs, and which connections have that.',
      access: { verb: 'read', connection: 'any' },
      answer: z.object({
        inputs: z.array(
          z.object({
            name: z.string(),
            title: z.string(),
            resource: z.string(),
            scopes: z.array(z.string()).readonly(),
            roles: z
              .array(z.string())
              .readonly()
              .describe('Each shows all records; the least first.'),
            sync: z.enum(['incremental', 'full']),
            cursor: z.string().describe('What its cursor stands for.'),
            pageLimit: z.int().describe('Records a page.'),
            bucket: z.string().describe('The rate limit that it spends.'),
            connections: z.array(
              z.object({
                name: z.string(),
                runs: z.boolean().describe('False where scopes are missing.'),
                missingScopes: z.array(z.string()).readonly(),
              }),
            ),
          }),
        ),
      }),
    },
    async ({ services, caller }) => {
      const rows = (await services.connections.list()).filter(({ name }) =>
        caller.may('read', name),
      )
      const views = rows.map((row) => viewOf(row, services.clock.now()))
      return {
        inputs: inputs.map((input) => {
          const { name, title, resource, scopes, roles, sync, cursor, pageLimit, bucket } = input
          const connections = views.flatMap((view) =>
            view.inputs
              .filter((of) => of.name === name)
              .map(({ runs, missingScopes }) => ({ name: view.name, runs, missingScopes })),
          )
          const needs = { scopes, roles, sync, cursor, pageLimit, bucket }
          return { name, title, resource, ...needs, connections }
        }),
      }
    },
  )
}
