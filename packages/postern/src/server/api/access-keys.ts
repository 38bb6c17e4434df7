/** @module Routes for access keys. */

import { z } from '@hono/zod-openapi'
import { accessRules } from '../../config/access-rules.ts'
import type { AccessKeyView } from '../access-keys.ts'
import type { Api } from '../api.ts'

const accessKey = z
  .object({
    id: z.string(),
    name: z.string(),
    rules: accessRules,
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().optional(),
    lastUsedAt: z.iso.datetime().optional(),
    revokedAt: z.iso.datetime().optional(),
    previousUntil: z.iso.datetime().optional(),
  })
  .openapi('AccessKey')

/** Adds the routes. */
export function addAccessKeyRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/access-keys',
      operationId: 'listAccessKeys',
      tag: 'access keys',
      summary: 'Lists the access keys.',
      access: { verb: 'admin' },
      answer: z.object({ accessKeys: z.array(accessKey) }),
    },
    async ({ services }) => ({ accessKeys: (await services.accessKeys.list()).map(viewOf) }),
  )
}

function viewOf({
  createdAt,
  expiresAt,
  lastUsedAt,
  revokedAt,
  previousUntil,
  ...rest
}: AccessKeyView) {
  return {
    ...rest,
    rules: [...rest.rules],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString(),
    revokedAt: revokedAt?.toISOString(),
    previousUntil: previousUntil?.toISOString(),
  }
}
