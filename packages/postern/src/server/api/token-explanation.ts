/** @module The route that explains the request for a token. */

import { z } from '@hono/zod-openapi'
import { explainTokenRequest, type ServiceAppCredential, TokenSource } from '@postern/core'
import type { Api } from '../api.ts'
import { requireTokens, scopesOfConnection, tokenScopes } from '../hand-out.ts'

const members = z.record(z.string(), z.unknown())
const explanation = z
  .object({
    method: z.literal('POST'),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    form: z.record(z.string(), z.string()),
    assertion: z.object({ header: members, claims: members, text: z.string() }),
    proof: z.object({ header: members, claims: members }).optional(),
    curl: z.string().describe('The same request for a shell; what is cut is to be filled in.'),
  })
  .openapi('TokenExplanation')

/** Adds the route. */
export function addTokenExplanationRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/token/explain',
      operationId: 'explainToken',
      tag: 'tokens',
      summary:
        'Shows the request for a token, with its signatures and the values of its headers cut. Nothing is sent.',
      access: { verb: 'token', connection: 'name' },
      params: z.object({ name: z.string() }),
      body: z.strictObject({ scopes: tokenScopes }),
      bodyOptional: true,
      answer: explanation,
      refusals: ['token_not_for_api_token', 'token_scope_not_of_connection'],
    },
    async ({ services, params: { name }, body }) => {
      const { tokens, row } = requireTokens(await services.connections.open(name))
      const { credential } = tokens
      const { headers } = credential
      const explained = await explainTokenRequest(
        new TokenSource({
          org: tokens.org,
          clock: services.clock,
          credential: {
            ...credential,
            scopes:
              body.scopes === undefined ? credential.scopes : scopesOfConnection(row, body.scopes),
            dpopRequired: tokens.endpoint.dpopRequired,
            ...(headers === undefined ? {} : { headers: withoutValues(headers) }),
          },
        }),
      )
      const { assertion, proof } = explained
      return {
        ...explained,
        headers: { ...explained.headers },
        form: { ...explained.form },
        assertion: {
          ...assertion,
          header: { ...assertion.header },
          claims: { ...assertion.claims },
        },
        proof: proof && { header: { ...proof.header }, claims: { ...proof.claims } },
      }
    },
  )
}

/** The values are sealed and never come out again. */
function withoutValues(
  headers: NonNullable<ServiceAppCredential['headers']>,
): NonNullable<ServiceAppCredential['headers']> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, '<value removed>']))
}
