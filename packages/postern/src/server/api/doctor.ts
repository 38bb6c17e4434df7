/** @module The route that examines a connection. */

import { z } from '@hono/zod-openapi'
import type { Finding } from '@postern/core'
import { connectionMembers } from '../../config/connection-members.ts'
import { adminMembers } from '../../config/setup-members.ts'
import { parseWanted } from '../../config/wanted-scopes.ts'
import { resultOf } from '../../connections/trial.ts'
import type { Api } from '../api.ts'
import { adminChoiceOf } from './admin-choice.ts'
import { finding } from './finding.ts'

/** Adds the route. */
export function addDoctorRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/doctor',
      operationId: 'examineConnection',
      tag: 'connections',
      summary: 'Looks for what is wrong with a connection. Nothing is changed at Okta.',
      access: { verb: 'read', connection: 'name' },
      params: z.object({ name: z.string() }),
      body: adminMembers.extend({
        wants: connectionMembers.shape.wants.describe(
          'The scopes, or the bundle, to look for this time; default: those of the connection.',
        ),
      }),
      bodyOptional: true,
      answer: z.object({
        status: z.enum(['ok', 'warning', 'failed']),
        findings: z.array(finding).readonly(),
      }),
      event: finding,
      refusals: ['seal_locked', 'seal_broken', 'admin_other_org', 'admin_two_credentials'],
    },
    async ({ services, params: { name }, body, caller, tell, signal }) => {
      const findings: Finding[] = []
      const wants = body.wants === undefined ? undefined : parseWanted(body.wants)
      const options = { ...adminChoiceOf(body, caller), wants, signal }
      for await (const found of services.connections.examine(name, options)) {
        findings.push(found)
        tell(found)
      }
      return { status: resultOf(findings, services.clock.now()).status, findings }
    },
  )
}
