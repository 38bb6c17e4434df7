/** @module Routes that say whether Postern lives and works, for whatever watches over it. */

import { z } from '@hono/zod-openapi'
import description from '../../../package.json' with { type: 'json' }
import { readDurability } from '../../store/durability.ts'
import type { Api } from '../api.ts'
import { readinessOf } from '../readiness.ts'

const tag = 'service'
const readiness = z.enum(['ready', 'locked', 'store-unreachable'])

/** Adds the routes. */
export function addHealthRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/healthz',
      operationId: 'getHealth',
      tag,
      summary: 'Says that the process lives.',
      access: 'public',
      answer: z.object({ status: z.literal('alive') }),
    },
    () => ({ status: 'alive' as const }),
  )
  api.add(
    {
      method: 'get',
      path: '/readyz',
      operationId: 'getReadiness',
      tag,
      summary: 'Says whether the store answers and the master key is at hand; 503 where not.',
      access: 'public',
      answer: z.object({ status: readiness }),
      otherStatuses: [503],
    },
    async ({ services }) => {
      const status = await readinessOf(services)
      return new Response(JSON.stringify({ status }), {
        status: status === 'ready' ? 200 : 503,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      })
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/status',
      operationId: 'getStatus',
      tag,
      summary: 'Says what runs here, and whether it can do its work.',
      access: 'any-key',
      answer: z.object({
        status: readiness,
        version: z.string(),
        store: z.enum(['pglite', 'postgres']),
        durability: z
          .object({ mode: z.enum(['each-commit', 'relaxed', 'unknown']), note: z.string() })
          .optional()
          .describe('Whether a commit is on the disk when it is acknowledged.'),
        locked: z
          .object({ reason: z.enum(['missing', 'wrong', 'unreadable']), remedy: z.string() })
          .optional()
          .describe('Why the store is locked.'),
      }),
    },
    async ({ services }) => {
      const { store, seal } = services
      const status = await readinessOf(services)
      const { state } = seal
      return {
        status,
        version: description.version,
        store: store.kind,
        durability: status === 'store-unreachable' ? undefined : await readDurability(store),
        locked:
          state.status === 'locked' ? { reason: state.reason, remedy: state.remedy } : undefined,
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      tag,
      summary: 'Gives what is counted and timed, as Prometheus reads it.',
      access: { verb: 'read' },
      answer: z.string(),
      answerType: 'text/plain',
    },
    async ({ services: { metrics } }) =>
      new Response(await metrics.text(), {
        headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' },
      }),
  )
}
