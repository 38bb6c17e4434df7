/** @module Routes for whoever makes Connect sessions. */

import { z } from '@hono/zod-openapi'
import { connectionMembers } from '../../config/connection-members.ts'
import { sessionViewOf } from '../../connections/connect-session-view.ts'
import type { Api } from '../api.ts'
import { connectField, connectMethod, connectSession } from './connect-session.ts'
import { finding } from './finding.ts'

const madeSession = connectSession
  .extend({
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    connection: z.string().nullable().describe('The name of the connection once it is kept.'),
    findings: z.array(finding).readonly().describe('Of the last try.'),
  })
  .openapi('ConnectSession')

const newSession = z.strictObject({
  ...connectionMembers.pick({ name: true }).shape,
  ...connectionMembers
    .pick({ orgUrl: true, clientId: true, description: true, scopes: true, wants: true })
    .partial().shape,
  methods: z.array(connectMethod).min(1).max(2).optional().describe('Default: either.'),
  fields: z
    .array(connectField)
    .max(40)
    .optional()
    .describe('What the person may set; default: whatever the methods have and is not fixed.'),
  origin: z
    .string()
    .max(300)
    .optional()
    .describe('Of the page that embeds or opens the Connect page: one of `--connect-origin`.'),
  lifeSeconds: z.int().min(60).max(900).optional().describe('Default 900.'),
})

const access = { verb: 'admin' } as const
const tag = 'connect'
const params = z.object({ id: z.string() })

/** Adds the routes. */
export function addConnectSessionRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connect-sessions',
      operationId: 'addConnectSession',
      tag,
      summary: 'Makes a link by which one person gives the values of one connection.',
      access,
      body: newSession,
      status: 201,
      answer: madeSession.extend({
        url: z.string().describe('The link. Told once; it opens once.'),
      }),
      refusals: [
        'connection_invalid',
        'connection_exists',
        'connect_origin_unknown',
        'connect_session_too_many',
        'seal_locked',
      ],
    },
    async ({ services, by, body, request }) => {
      const { row, link } = await services.connectSessions.add(body, by)
      const server = services.publicUrl ?? request.url
      const url = new URL('/connect/', server)
      // A fragment is never sent: not to a server, not in a Referer.
      url.hash = link.reveal()
      return { ...sessionViewOf(row), url: url.href }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connect-sessions',
      operationId: 'listConnectSessions',
      tag,
      summary: 'Lists Connect sessions; those that have ended, for a day.',
      access,
      answer: z.object({ sessions: z.array(madeSession).readonly() }),
    },
    async ({ services }) => ({
      sessions: (await services.connectSessions.list()).map(sessionViewOf),
    }),
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connect-sessions/{id}',
      operationId: 'getConnectSession',
      tag,
      summary: 'Shows how far a Connect session is.',
      access,
      params,
      answer: madeSession,
      refusals: ['connect_session_not_found'],
    },
    async ({ services, params: { id } }) => sessionViewOf(await services.connectSessions.get(id)),
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/connect-sessions/{id}',
      operationId: 'revokeConnectSession',
      tag,
      summary: 'Ends a Connect session, and deletes what its person gave.',
      access,
      params,
      refusals: ['connect_session_not_found', 'connect_session_ended'],
    },
    ({ services, by, params: { id } }) => services.connectSessions.revoke(id, by),
  )
}
