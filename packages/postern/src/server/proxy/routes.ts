/** @module The routes of the proxy: an org's own API below the name of a connection. */

import { z } from '@hono/zod-openapi'
import { callMethods } from '../../config/access-rules.ts'
import type { Api, Route } from '../api.ts'
import { answeredByHeader } from '../problem.ts'
import { passOn } from './pass.ts'

// What one access key may have under way with one method; each holds a connection to the org.
const MAX_AT_ONCE = 128

/** Adds the routes: one for each method, and the first for what has none. */
export function addProxyRoutes(api: Api): void {
  for (const method of callMethods) {
    api.add(
      {
        method: method.toLowerCase() as Route['method'],
        path: '/v1/connections/{name}/proxy/{path}',
        operationId: `proxy${method.charAt(0)}${method.slice(1).toLowerCase()}`,
        tag: 'calls',
        summary: `Passes ${method === 'HEAD' ? 'a HEAD' : `a ${method}`} on to the org with its body, query and headers, and answers as the org does; \`${answeredByHeader}: org\` tells it from a refusal of Postern.`,
        access: { verb: 'proxy', connection: 'name' },
        concurrent: MAX_AT_ONCE,
        isPiped: true,
        params: z.object({
          name: z.string(),
          path: z.string().describe('A path of the org, slashes included: `api/v1/users`.'),
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
          'request_malformed',
          'request_media_type',
          'request_too_large',
          'upstream_connection_lost',
          'upstream_timeout',
          'audit_unwritable',
        ],
      },
      (call) => passOn(call),
    )
  }
}
