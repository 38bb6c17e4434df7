/** @module The route that repairs the app of a connection in its org. */

import { z } from '@hono/zod-openapi'
import { adminMembers } from '../../config/setup-members.ts'
import type { Api } from '../api.ts'
import { adminChoiceOf } from './admin-choice.ts'

/** Adds the route. */
export function addRepairRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/repair',
      operationId: 'repairConnection',
      tag: 'connections',
      summary: 'Repairs the app in its org, for one finding of the doctor.',
      access: { verb: 'admin', connection: 'name' },
      params: z.object({ name: z.string() }),
      body: adminMembers.extend({
        finding: z.string().max(60).describe('The code of the finding.'),
        scopes: z.array(z.string().max(200)).max(200).optional().describe('As it names them.'),
        roles: z.array(z.string().max(60)).max(20).optional().describe('As it names them.'),
      }),
      answer: z.object({ finding: z.string() }),
      refusals: ['repair_unknown', 'admin_missing', 'admin_other_org', 'setup_repair_impossible'],
    },
    async ({ services, params: { name }, body, caller, by, signal }) => {
      const { finding, scopes, roles } = body
      const request = { finding, scopes, roles, ...adminChoiceOf(body, caller) }
      await services.repair(name, request, by, { signal })
      return { finding }
    },
  )
}
