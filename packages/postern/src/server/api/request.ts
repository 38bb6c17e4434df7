/** @module The route that sends one request to a connection's org, and answers what the org answers. */

import { z } from '@hono/zod-openapi'
import type { OrgAnswer } from '@postern/core'
import { callMethods } from '../../config/access-rules.ts'
import type { Api } from '../api.ts'
import { withAudit } from '../call-audit.ts'
import { requireCall } from '../org-call.ts'
import { answeredByHeader } from '../problem.ts'

// What a client of the org reads, and nothing that speaks for it: no cookie, no key of a cache.
const ANSWER_HEADERS = [
  'age',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'www-authenticate',
  'x-okta-request-id',
  'x-rate-limit-limit',
  'x-rate-limit-remaining',
  'x-rate-limit-reset',
]

const NO_BODY = [204, 205, 304]

// What one access key may keep in memory at the same time: half a gigabyte. The longest pages of an org have a few megabytes.
const MAX_AT_ONCE = 32
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** Adds the route. */
export function addRequestRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/request',
      operationId: 'sendRequest',
      tag: 'calls',
      summary: `Sends one request to the org, and answers as the org does; \`${answeredByHeader}: org\` tells it from a refusal of Postern.`,
      access: { verb: 'proxy', connection: 'name' },
      concurrent: MAX_AT_ONCE,
      params: z.object({ name: z.string() }),
      body: z.strictObject({
        method: z.enum(callMethods).default('GET'),
        path: z.string().max(8_192).describe('On the org, such as `/api/v1/users?limit=1`.'),
        query: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
          .optional()
          .describe('Beside what the path has.'),
        headers: z.record(z.string(), z.string().max(1_024)).default({}),
        body: z.unknown().describe('Sent as JSON.').optional(),
      }),
      answer: z.unknown().describe('What the org answered, whatever its status.'),
      answerType: '*/*',
      refusals: [
        'proxy_path_invalid',
        'proxy_path_traversal',
        'proxy_host_refused',
        'proxy_method_not_allowed',
        'proxy_path_not_allowed',
        'proxy_header_refused',
        'upstream_connection_lost',
        'upstream_timeout',
        'audit_unwritable',
      ],
    },
    async ({ services, by, caller, params: { name }, body: call, signal }) => {
      requireCall(call, caller, name)
      const { org } = await services.connections.open(name)
      const { method, path, query = {} } = call
      const send = () => org.exchange({ ...call, query, maxBytes: MAX_ANSWER_BYTES, signal })
      return answerOf(await withAudit(services, { by, connection: name, method, path }, send))
    },
  )
}

function answerOf({ status, headers, body }: Omit<OrgAnswer, 'json'>): Response {
  const sent = new Headers({ 'cache-control': 'no-store', [answeredByHeader]: 'org' })
  for (const name of ANSWER_HEADERS) {
    const value = headers.get(name)
    if (value !== null && value !== undefined) sent.set(name, value)
  }
  return new Response(NO_BODY.includes(status) ? null : body, { status, headers: sent })
}
