/** @module The route for the store: what it is, how durable and large, and when it was backed up. */

import { z } from '@hono/zod-openapi'
import { readDurability } from '../../store/durability.ts'
import { readMasterKeyStatus } from '../../store/master-key-status.ts'
import { readMigrations } from '../../store/migrate.ts'
import { readLastBackup, readStoreSize } from '../../store/store-size.ts'
import type { Api } from '../api.ts'

/** Adds the route. */
export function addStoreRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/store',
      operationId: 'getStore',
      tag: 'service',
      summary: 'Shows what the store is, how durable and how large, and when it was backed up.',
      access: { verb: 'read' },
      answer: z.object({
        kind: z.enum(['pglite', 'postgres']),
        durability: z.object({
          mode: z.enum(['each-commit', 'relaxed', 'unknown']),
          note: z.string(),
        }),
        bytes: z.int().describe('The whole database.'),
        tables: z
          .array(
            z.object({
              name: z.string(),
              bytes: z.int().describe('With its indexes.'),
              rows: z.number().optional().describe('As the database estimates.'),
            }),
          )
          .readonly(),
        migrations: z.array(z.string()).readonly().describe('Those that it has been through.'),
        backup: z
          .object({ at: z.iso.datetime(), ageSeconds: z.int() })
          .optional()
          .describe('The last one that `postern backup` wrote; absent: none was.'),
        masterKey: z.object({
          status: z.enum(['unlocked', 'locked']),
          versions: z.array(
            z.object({ version: z.int(), secrets: z.int(), createdAt: z.iso.datetime() }),
          ),
        }),
      }),
    },
    async ({ services: { store, seal, clock } }) => {
      const size = await readStoreSize(store)
      const { state, versions } = await readMasterKeyStatus(store, seal)
      const backup = await readLastBackup(store)
      return {
        kind: store.kind,
        durability: await readDurability(store),
        ...size,
        migrations: await readMigrations(store.db),
        ...(backup === undefined ? {} : { backup: agedOf(backup, clock.now()) }),
        masterKey: {
          status: state.status,
          versions: versions.map(({ version, secrets, createdAt }) => ({
            ...{ version, secrets, createdAt: createdAt.toISOString() },
          })),
        },
      }
    },
  )
}

function agedOf(at: Date, now: Date) {
  const ageSeconds = Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1_000))
  return { at: at.toISOString(), ageSeconds }
}
