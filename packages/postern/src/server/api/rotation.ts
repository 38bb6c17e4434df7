/** @module Routes for the rotation of a connection's key. */

import { z } from '@hono/zod-openapi'
import { adminMembers } from '../../config/setup-members.ts'
import type { RotateRequest } from '../../connections/rotations.ts'
import type { Api } from '../api.ts'
import { adminChoiceOf } from './admin-choice.ts'
import { publicJwk } from './public-jwk.ts'

const phase = z
  .enum([
    'planned',
    'registered',
    'proven',
    'switched',
    'retired',
    'finished',
    'rolling-back',
    'rolled-back',
  ])
  .describe('How far it got, in this order; the last two lead back to the old key.')

const status = z
  .object({
    connection: z.string(),
    phase: phase.nullable(),
    keyInUse: z.string().nullable().describe('A kid, as oldKey and newKey are.'),
    oldKey: z.string().nullable(),
    newKey: z.string().nullable(),
    retiredAt: z.iso
      .datetime()
      .nullable()
      .describe('When the old key went out of use; an hour later it may be deleted.'),
    intervalDays: z.int().nullable().describe('Between scheduled rotations; null: none.'),
    nextRotationAt: z.iso.datetime().nullable(),
    dueAt: z.iso
      .datetime()
      .nullable()
      .describe('When Postern goes on by itself; null: when somebody says so.'),
    lastError: z
      .object({
        code: z.string(),
        message: z.string(),
        remedy: z.string(),
        at: z.iso.datetime(),
      })
      .nullable()
      .describe('Why it stopped, while it did not get on.'),
    keySet: z
      .object({ url: z.string(), keys: z.array(publicJwk).readonly() })
      .nullable()
      .describe('Where Okta fetches the keys, and those that are to be found there.'),
  })
  .openapi('Rotation')

const progress = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('reached'), phase, kid: z.string() }),
    z.object({ event: z.literal('waiting'), reason: z.string(), waitMs: z.number() }),
  ])
  .openapi('RotationProgress')

const ends = z.object({
  keepOld: z.boolean().optional().describe('Leaves the old key in use beside the new one.'),
  retire: z
    .boolean()
    .optional()
    .describe('Deletes the old key, an hour or more after it went out of use.'),
  rollback: z.boolean().optional().describe('Makes the old key the one in use again.'),
})

const body = adminMembers
  .extend({
    ...ends.shape,
    graceSeconds: z
      .int()
      .min(0)
      .max(3_600)
      .optional()
      .describe('Between the switch and the end of the old key; default 5.'),
  })
  .refine(
    ({ keepOld, retire, rollback }) => [keepOld, retire, rollback].filter(Boolean).length < 2,
    {
      message: 'Only one of keepOld, retire and rollback can be true.',
    },
  )

const params = z.object({ name: z.string() })
const tag = 'rotation'

/** Adds the routes. */
export function addRotationRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/rotate',
      operationId: 'rotateKey',
      tag,
      summary:
        'Gives the app a new key, or goes on with that: registered, proven, switched, retired.',
      access: { verb: 'keys', connection: 'name' },
      params,
      body,
      bodyOptional: true,
      answer: status,
      event: progress,
      refusals: [
        'rotation_busy',
        'rotation_needs_admin',
        'rotation_needs_super_admin',
        'rotation_app_unfit',
        'rotation_unproven',
        'rotation_too_early',
        'rotation_out_of_order',
        'connection_changed',
        'key_set_unreadable',
        'key_set_incomplete',
        'key_set_outdated',
        'seal_locked',
      ],
    },
    ({ services, params: { name }, body: asked, caller, by, tell, signal }) => {
      const { graceSeconds } = asked
      const request = { ...adminChoiceOf(asked, caller), end: endOf(asked), graceSeconds }
      return services.rotations.rotate(name, request, by, { onProgress: tell, signal })
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/rotation',
      operationId: 'getRotation',
      tag,
      summary: "Shows how the rotation of a connection's key stands.",
      access: { verb: 'read', connection: 'name' },
      params,
      answer: status,
    },
    ({ services, params: { name } }) => services.rotations.status(name),
  )
}

function endOf({ keepOld, retire, rollback }: z.output<typeof ends>): RotateRequest['end'] {
  if (keepOld) return 'keep-old'
  if (retire) return 'retire'
  return rollback ? 'roll-back' : undefined
}
