/** @module Routes for connections. A secret goes in, and none comes out. */

import { z } from '@hono/zod-openapi'
import { connectionChangeMembers, connectionMembers } from '../../config/connection-members.ts'
import { connectionRequestOf } from '../../config/named-connection.ts'
import type { Connected } from '../../connections/connect.ts'
import { describeRemains, viewOf } from '../../connections/view.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import type { Api } from '../api.ts'
import type { Services } from '../services.ts'
import { finding } from './finding.ts'

const force = z
  .boolean()
  .optional()
  .describe('Keeps it even if the doctor finds that it does not work.')

const input = z.object({
  name: z.string(),
  title: z.string(),
  runs: z.boolean().describe('False where scopes are missing.'),
  missingScopes: z.array(z.string()).readonly(),
})

/** A connection as it is shown. */
export const connection = z
  .object({
    name: z.string(),
    description: z.string().optional(),
    orgUrl: z.string(),
    kind: z.enum(['service-app', 'api-token']),
    clientId: z.string().optional(),
    scopes: z.array(z.string()).readonly().optional(),
    kid: z.string().optional(),
    jwtAlg: z.string().optional(),
    jwtExpirySeconds: z.number().optional(),
    jwtIssuer: z.string().optional(),
    jwtSubject: z.string().optional(),
    jwtAudience: z.enum(['token-url', 'issuer']).optional(),
    jwtClaims: z.record(z.string(), z.unknown()).optional(),
    tokenUrl: z.string().optional(),
    assertionKey: z.string().optional(),
    grantType: z.literal('client_credentials').optional().describe('Fixed.'),
    clientAssertionType: z.string().optional().describe('Fixed.'),
    headerNames: z.array(z.string()).readonly().optional().describe('Their values are sealed.'),
    dpop: z.enum(['auto', 'always', 'never']).optional(),
    jwksUri: z.string().optional().describe("Where Okta fetches the app's keys."),
    credentialSince: z.iso.datetime().describe('Since when the key or API token is in use.'),
    credentialAgeDays: z.int(),
    rotationIntervalDays: z.int().optional(),
    nextRotationAt: z.iso.datetime().optional(),
    wants: z.array(z.string()).readonly().optional(),
    doctor: z
      .object({
        status: z.enum(['ok', 'warning', 'failed']),
        at: z.iso.datetime(),
        problems: z.array(z.string()).readonly(),
      })
      .optional()
      .describe('How its last look came out.'),
    roles: z
      .object({ names: z.array(z.string()).readonly(), at: z.iso.datetime() })
      .optional()
      .describe(
        'Its admin roles, as the org told the doctor or the setup last. Absent: not known.',
      ),
    token: z
      .object({
        type: z.enum(['Bearer', 'DPoP']),
        scopes: z.array(z.string()).readonly(),
        expiresAt: z.iso.datetime(),
      })
      .optional()
      .describe('Of the token that the process which answers holds; nothing of the token itself.'),
    lastUsedAt: z.iso.datetime().optional().describe('To the minute.'),
    inputs: z.array(input).readonly(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Connection')

/** What is worth knowing about a value. */
export const connectionWarning = z.object({
  field: z.string(),
  code: z.string(),
  message: z.string(),
})

const connected = z
  .object({
    connection,
    findings: z.array(finding).readonly(),
    warnings: z.array(connectionWarning).readonly(),
  })
  .openapi('Connected')

const tag = 'connections'
const params = z.object({ name: z.string() })

/** How large the members of a connection may be. A key has 64 KiB at most, and its line breaks are escaped in JSON. */
export const maxConnectionBytes = 262_144

/** Adds the routes. */
export function addConnectionRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections',
      operationId: 'connect',
      tag,
      summary: 'Tries a connection out and keeps it under its name.',
      access: { verb: 'admin' },
      body: connectionMembers.extend({ force }),
      maxBodyBytes: maxConnectionBytes,
      status: 201,
      answer: connected,
      event: finding,
      refusals: ['connection_invalid', 'connection_exists', 'connection_unusable', 'seal_locked'],
    },
    async ({ services, by, body: { force, ...members }, tell, signal }) => {
      const request = { ...connectionRequestOf(members), force }
      const options = { onFinding: tell, signal }
      return shown(services, await services.connections.connect(request, by, options))
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connections',
      operationId: 'listConnections',
      tag,
      summary: 'Lists the connections that the caller may read.',
      access: { verb: 'read', connection: 'any' },
      query: z.object({
        text: z
          .string()
          .max(300)
          .optional()
          .describe('Stands anywhere in the name, the description or the URL of the org.'),
        state: z
          .enum(['ok', 'warning', 'failed', 'unknown'])
          .optional()
          .describe("How the doctor's last look came out; `unknown`: it never looked."),
        after: z.string().max(300).optional().describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(1_000).optional().describe('Default: all.'),
      }),
      answer: z.object({
        connections: z.array(connection),
        next: z.string().optional().describe('Where the next page begins; absent at the end.'),
        counts: z
          .object({ ok: z.int(), warning: z.int(), failed: z.int(), unknown: z.int() })
          .optional()
          .describe('How many fit `text`, by state; with `limit` alone.'),
      }),
      list: { rows: 'connections', cursor: 'after', pageRows: 1_000 },
    },
    async ({ services, caller, query: { limit, ...query } }) => {
      const { connections } = services
      const asked = { ...query, names: caller.permissions.connectionsFor('read') }
      const shownOf = (rows: readonly ConnectionRow[]) =>
        rows.map((row) => shownConnection(services, row))
      if (limit === undefined) return { connections: shownOf(await connections.page(asked)) }
      // One more says whether there is another page.
      const rows = await connections.page({ ...asked, limit: limit + 1 })
      const page = rows.slice(0, limit)
      return {
        connections: shownOf(page),
        next: rows.length > limit ? page.at(-1)?.name : undefined,
        counts: await connections.count(asked),
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}',
      operationId: 'getConnection',
      tag,
      summary: 'Shows a connection, without its secrets.',
      access: { verb: 'read', connection: 'name' },
      params,
      answer: connection,
    },
    async ({ services, params: { name } }) =>
      shownConnection(services, await services.connections.get(name)),
  )
  api.add(
    {
      method: 'patch',
      path: '/v1/connections/{name}',
      operationId: 'updateConnection',
      tag,
      summary: 'Changes what is given; a new credential is tried out first. `null` clears.',
      access: { verb: 'admin', connection: 'name' },
      params,
      body: connectionChangeMembers.extend({ force }),
      maxBodyBytes: maxConnectionBytes,
      answer: connected,
      event: finding,
      refusals: [
        'connection_invalid',
        'connection_unusable',
        'connection_changed',
        'connection_kind',
        'seal_locked',
      ],
    },
    async ({
      services,
      by,
      caller,
      params: { name },
      body: { force, ...members },
      tell,
      signal,
    }) => {
      const options = { onFinding: tell, signal }
      // Its credential would be used for this connection.
      if (members.rotationAdmin) caller.requireVerb('admin', members.rotationAdmin)
      const updated = await services.connections.update(name, { members, force }, by, options)
      return shown(services, updated)
    },
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/connections/{name}',
      operationId: 'removeConnection',
      tag,
      summary:
        'Removes a connection with its secrets and stored records, and ends what is under way with it.',
      access: { verb: 'admin', connection: 'name' },
      params,
      refusals: ['connection_in_use'],
      answer: z.object({
        name: z.string(),
        remains: z.string().describe('What stays at Okta, and how to remove it there.'),
      }),
    },
    async ({ services, by, params: { name } }) => ({
      name,
      remains: describeRemains(await services.connections.remove(name, by)),
    }),
  )
}

function shown(services: Services, { row, findings, warnings }: Connected) {
  return { connection: shownConnection(services, row), findings, warnings }
}

/** A connection with how it is used. */
function shownConnection(
  { connections, clock }: Pick<Services, 'connections' | 'clock'>,
  row: ConnectionRow,
): z.input<typeof connection> {
  const { lastUsedAt, token } = connections.useOf(row)
  return {
    ...viewOf(row, clock.now()),
    lastUsedAt: lastUsedAt?.toISOString(),
    token: token && {
      type: token.type,
      scopes: token.scopes,
      expiresAt: token.expiresAt.toISOString(),
    },
  }
}
