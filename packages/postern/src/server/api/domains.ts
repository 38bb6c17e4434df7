/** @module Routes for custom domains. */

import { z } from '@hono/zod-openapi'
import type { AllowedDomain } from '../../connections/domains.ts'
import type { Api } from '../api.ts'

const host = z.string().max(2_048).describe('A host, such as login.acme.com, or a URL of it.')

const domain = z
  .object({
    host: z.string(),
    createdAt: z.iso.datetime(),
    connections: z.array(z.string()).describe('The names of the connections that use it.'),
  })
  .openapi('Domain')

/** Adds the routes. */
export function addDomainRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/domains',
      operationId: 'listDomains',
      tag: 'domains',
      summary: 'Lists the custom domains that are allowed.',
      access: { verb: 'admin' },
      answer: z.object({ domains: z.array(domain) }),
      list: { rows: 'domains' },
    },
    async ({ services }) => ({ domains: (await services.domains.list()).map(viewOf) }),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/domains',
      operationId: 'allowDomain',
      tag: 'domains',
      summary:
        "Allows a custom domain of an org; beyond Okta's own domains, no other host is called.",
      access: { verb: 'admin' },
      body: z.strictObject({ host }),
      answer: domain,
      refusals: ['domain_of_okta', 'domain_look_alike', 'domain_malformed'],
    },
    async ({ body, services, by }) => viewOf(await services.domains.allow(body.host, by)),
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/domains/{host}',
      operationId: 'removeDomain',
      tag: 'domains',
      summary: 'Allows a custom domain no longer.',
      access: { verb: 'admin' },
      params: z.object({ host }),
      refusals: ['domain_not_found', 'domain_in_use'],
    },
    async ({ params, services, by }) => services.domains.remove(params.host, by),
  )
}

function viewOf({ host, createdAt, connections }: AllowedDomain) {
  return { host, createdAt: createdAt.toISOString(), connections: [...connections] }
}
