/** @module Routes for the records that Postern keeps itself. */

import { z } from '@hono/zod-openapi'
import { eraseUser } from '../../feeds/erase.ts'
import type { Api } from '../api.ts'

// A shorter text would stand in the records of others too.
const USER_ID = /^00u[0-9A-Za-z]{17}$/

/** Adds the routes. */
export function addRecordRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/erase',
      operationId: 'eraseUser',
      tag: 'connections',
      summary:
        'Erases a user from the records and dead letters that Postern has itself. What other sinks have stays there.',
      access: { verb: 'admin', connection: 'name' },
      params: z.object({ name: z.string() }),
      body: z.strictObject({
        userId: z.string().regex(USER_ID).describe('The id that Okta gave the user: `00u…`.'),
        logins: z
          .array(z.string().min(3).max(300))
          .max(20)
          .optional()
          .describe('Names that the user signed in with, beside those that the records know.'),
      }),
      answer: z.object({
        events: z.int(),
        objects: z.int(),
        deadLetters: z.int(),
        waiting: z
          .array(z.object({ feed: z.string(), batches: z.int() }))
          .readonly()
          .describe(
            'Batches with the user in them that were read and not yet kept: run these feeds, then erase once more.',
          ),
      }),
    },
    ({ services, by, params: { name }, body: { userId, logins }, signal }) =>
      eraseUser(services, { connection: name, userId, logins }, by, signal),
  )
}
