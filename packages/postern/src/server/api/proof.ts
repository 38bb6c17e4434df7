/** @module The route that hands out the headers of one request, with the proof that a bound token needs. */

import { z } from '@hono/zod-openapi'
import type { OrgUrl } from '@postern/core'
import type { Api } from '../api.ts'
import { HandOutError, requireTokens } from '../hand-out.ts'
import { decodedPath, requireVerbFor } from '../org-call.ts'

/** Adds the route. */
export function addProofRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/proof',
      operationId: 'getProof',
      tag: 'tokens',
      summary: "Hands out the headers that authorise one request to the connection's org.",
      access: { verb: 'token', connection: 'name' },
      isDirect: true,
      params: z.object({ name: z.string() }),
      body: z.strictObject({
        method: z
          .string()
          .regex(/^[A-Za-z]{1,20}$/, 'A method is letters alone.')
          .transform((method) => method.toUpperCase()),
        url: z.string().max(8_192).describe('The whole URL of the request, with its query.'),
      }),
      answer: z
        .object({
          headers: z
            .record(z.string(), z.string())
            .describe(
              '`authorization`, and `dpop` where the token is bound to a key. For one request.',
            ),
        })
        .openapi('Proof'),
      refusals: [
        'token_not_for_api_token',
        'proof_foreign_url',
        'access_denied',
        'audit_unwritable',
      ],
    },
    async ({ services, by, caller, params: { name }, body: { method, url: text }, signal }) => {
      const { org, row } = requireTokens(await services.connections.open(name))
      const url = requireOwn(text, org.url)
      requireVerbFor({ method, path: decodedPath(url.pathname) }, caller, row.name)
      const { headers } = await org.authorizer.authorize({ method, url: url.href, signal })
      const details = { method, path: url.pathname }
      const entry = { ...by, action: 'proof.hand-out', connection: name, outcome: 'ok', details }
      await services.auditBatch.add(entry)
      return { headers: { ...headers.reveal() } }
    },
  )
}

/** @throws {HandOutError} `proof_foreign_url` */
function requireOwn(text: string, org: OrgUrl): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.origin === org && url.username === '' && url.password === '') return url
  throw new HandOutError('proof_foreign_url', `The URL is none of ${org}.`, {
    remedy: `Ask for the headers of a request to ${org}: no other host gets its credential.`,
  })
}
