/** @module Routes for the master key: whether it is right, a new version, and the end of old ones. None gives a key. */

import { z } from '@hono/zod-openapi'
import { type MasterKeyStatus, readMasterKeyStatus } from '../../store/master-key-status.ts'
import { retireMasterKeys } from '../../store/retire-master-key.ts'
import { rotateMasterKey } from '../../store/rotate-master-key.ts'
import type { Api } from '../api.ts'

const version = z.int().min(1)

const state = z
  .discriminatedUnion('status', [
    z.object({ status: z.literal('unlocked'), version: version.describe('The one that seals.') }),
    z.object({
      status: z.literal('locked'),
      reason: z.enum(['missing', 'wrong', 'unreadable']),
      observed: z.string(),
      remedy: z.string(),
    }),
  ])
  .openapi('SealState')

const status = z
  .object({
    state,
    source: z
      .string()
      .optional()
      .describe('`env:NAME`, `file:PATH`, `exec:` or `kms:` and program.'),
    versions: z.array(
      z.object({
        version,
        secrets: z.int().min(0).describe('How many secrets need this version.'),
        atHand: z.boolean().describe('Whether this process has it, and it is the right one.'),
        createdAt: z.iso.datetime(),
        retiredAt: z.iso.datetime().optional(),
      }),
    ),
  })
  .openapi('MasterKey')

const step = z.discriminatedUnion('step', [
  z.object({ step: z.literal('version-made'), version }),
  z.object({ step: z.literal('version-kept'), version }),
  z.object({ step: z.literal('secret-rewrapped'), done: z.int(), total: z.int() }),
])

const rotation = z
  .object({
    version,
    isNew: z.boolean().describe('False where an earlier rotation was finished.'),
    rewrapped: z.int().min(0),
    left: z
      .array(
        z.object({
          connectionId: z.string(),
          kind: z.string(),
          label: z.string(),
          code: z.string(),
        }),
      )
      .describe('Secrets that do not open, and stay under their version.'),
  })
  .openapi('MasterKeyRotation')

const retirement = z
  .object({
    retired: z.array(version),
    kept: z.array(z.object({ version, secrets: z.int().min(1) })),
    toRemove: z.array(version).describe('Versions that only the operator can remove.'),
  })
  .openapi('MasterKeyRetirement')

const tag = 'master key'
const access = { verb: 'admin' } as const

/** Adds the routes. */
export function addMasterKeyRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/master-key',
      operationId: 'readMasterKey',
      tag,
      summary: 'Says whether the master key is right, and how many secrets need each version.',
      access,
      answer: status,
    },
    async ({ services: { store, seal } }) => viewOf(await readMasterKeyStatus(store, seal)),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/master-key/rotate',
      operationId: 'rotateMasterKey',
      tag,
      summary: 'Introduces a new version and wraps every secret with it, or finishes that.',
      access,
      event: step,
      answer: rotation,
      refusals: ['seal_locked', 'master_key_not_newer', 'master_key_unreadable'],
    },
    async ({ services: { store, seal }, by, signal, tell }) => {
      const rotated = await rotateMasterKey(store, seal, by, { onStep: tell, signal })
      return { ...rotated, left: [...rotated.left] }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/master-key/retire',
      operationId: 'retireMasterKey',
      tag,
      summary: 'Retires the versions that no secret needs any more.',
      access,
      answer: retirement,
      refusals: ['seal_locked', 'master_key_in_use'],
    },
    async ({ services: { store, seal }, by }) => {
      const { retired, kept, toRemove } = await retireMasterKeys(store, seal, by)
      return { retired: [...retired], kept: [...kept], toRemove: [...toRemove] }
    },
  )
}

function viewOf({ state, source, versions }: MasterKeyStatus): z.input<typeof status> {
  return {
    state,
    source,
    versions: versions.map(({ createdAt, retiredAt, ...rest }) => ({
      ...rest,
      createdAt: createdAt.toISOString(),
      retiredAt: retiredAt?.toISOString(),
    })),
  }
}
