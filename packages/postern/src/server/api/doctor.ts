/** @module The route that examines a connection. */

import { z } from '@hono/zod-openapi'
import type { Finding } from '@postern/core'
import { resultOf } from '../../connections/trial.ts'
import type { Api } from '../api.ts'
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
      answer: z.object({
        status: z.enum(['ok', 'warning', 'failed']),
        findings: z.array(finding).readonly(),
      }),
      event: finding,
      refusals: ['seal_locked', 'seal_broken'],
    },
    async ({ services, params: { name }, tell, signal }) => {
      const findings: Finding[] = []
      for await (const found of services.connections.examine(name, { signal })) {
        findings.push(found)
        tell(found)
      }
      return { status: resultOf(findings, services.clock.now()).status, findings }
    },
  )
}
