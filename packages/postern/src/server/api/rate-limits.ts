/** @module The route for the rate limits of a connection, as this process uses them. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../api.ts'

/** Adds the route. */
export function addRateLimitRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/rate-limits',
      operationId: 'getRateLimits',
      tag: 'connections',
      summary:
        'Shows how the rate limits of a connection stand and were used in the last hour, as the process that answers saw it.',
      access: { verb: 'read', connection: 'name' },
      params: z.object({ name: z.string() }),
      answer: z.object({
        buckets: z.array(
          z.object({
            bucket: z.string(),
            limit: z
              .int()
              .optional()
              .describe('Requests a minute that the org allows the credential.'),
            budget: z.number().optional().describe('Of them, those that this process may use.'),
            remaining: z.number().optional().describe('Of those, what is left.'),
            resetAt: z.iso.datetime().describe('When the window ends.'),
            waiting: z.int().describe('Requests that wait for their turn.'),
            refusals: z.int().describe('How often the org refused a request with 429.'),
            history: z
              .array(
                z.object({
                  at: z.iso.datetime(),
                  used: z.number().describe('The most of the budget that was used in ten seconds.'),
                  budget: z.number(),
                  limit: z.int(),
                }),
              )
              .describe('Steps of ten seconds in which there were requests, the earliest first.'),
          }),
        ),
      }),
    },
    async ({ services, params: { name } }) => ({
      buckets: (await services.connections.rates(name)).map(({ resetAt, history, ...use }) => ({
        ...use,
        resetAt: resetAt.toISOString(),
        history: history.map(({ at, ...step }) => ({ at: at.toISOString(), ...step })),
      })),
    }),
  )
}
