/** @module The route of the API's own description. */

import { z } from '@hono/zod-openapi'
import description from '../../../package.json' with { type: 'json' }
import type { Api } from '../api.ts'
import { describeApi } from '../describe.ts'

/** Adds the route. */
export function addDescriptionRoute(api: Api): void {
  let json: string | undefined
  api.add(
    {
      method: 'get',
      path: '/openapi.json',
      operationId: 'getDescription',
      tag: 'service',
      summary: 'This description.',
      access: 'public',
      answer: z.record(z.string(), z.unknown()),
    },
    () => {
      json ??= JSON.stringify(
        describeApi(
          api.routes.map(({ route }) => route),
          description.version,
        ),
      )
      return new Response(json, { headers: { 'content-type': 'application/json' } })
    },
  )
}
