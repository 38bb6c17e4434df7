/** @module The route of the Model Context Protocol. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../api.ts'
import type { Incoming } from '../incoming.ts'
import { Reach } from './reach.ts'

// What the protocol needs. Authorization and cookies stay behind: nothing of the caller's goes on to anybody.
const HEADERS = [
  'accept',
  'content-type',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
] as const

const MAX_BODY_BYTES = 262_144
const MAX_AT_ONCE = 16
const tag = 'mcp'
const access = 'any-key'
const names = z.union([z.string().max(64), z.array(z.string().max(64)).max(100)])

/** Adds the routes. */
export function addMcpRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/mcp',
      operationId: 'callMcp',
      tag,
      summary:
        'Answers one message of the Model Context Protocol (streamable HTTP, without sessions) with the tools that the caller may use.',
      access,
      forPrograms: true,
      concurrent: MAX_AT_ONCE,
      maxBodyBytes: MAX_BODY_BYTES,
      query: z.object({
        connection: names.optional().describe('Keeps the tools to these connections.'),
        allow: names
          .optional()
          .describe('Of the command `postern mcp` alone: changes that may be planned.'),
      }),
      body: z.record(z.string(), z.unknown()).describe('A message of JSON-RPC 2.0.'),
      answer: z.unknown().describe('The response of JSON-RPC 2.0.'),
      refusals: ['action_unknown'],
    },
    async ({ services, caller, query, body, request, signal }) => {
      const { answerMcp } = await import('./serve.ts')
      const wishes = { connections: listOf(query.connection), allow: listOf(query.allow) }
      const reach = await Reach.open(services, caller, wishes)
      const headers = headersOf(request)
      return answerMcp({ services, caller, reach, headers, body, signal })
    },
  )
  for (const method of ['get', 'delete'] as const) {
    api.add(
      {
        method,
        path: '/mcp',
        operationId: method === 'get' ? 'streamMcp' : 'endMcp',
        tag,
        summary: 'Is refused with 405: there is no session that could be listened to or ended.',
        access,
        forPrograms: true,
        answer: z.unknown(),
        otherStatuses: [405],
      },
      () => new Response(null, { status: 405, headers: { allow: 'POST' } }),
    )
  }
}

function listOf(given: string | readonly string[] | undefined): readonly string[] | undefined {
  return given === undefined ? undefined : [given].flat()
}

function headersOf({ headers }: Incoming): Record<string, string> {
  const sent = HEADERS.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(
    sent.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== null),
  )
}
