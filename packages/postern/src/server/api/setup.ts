/** @module Routes for setups: an app made in an org, proven, and kept as a connection. The API token of a request is not kept. */

import { z } from '@hono/zod-openapi'
import {
  describePlan,
  PosternError,
  type SetupPlan,
  type SetupProgress,
  stepsOf,
  terraformOf,
} from '@postern/core'
import { adminMembers, setupMembers } from '../../config/setup-members.ts'
import { shownSetup } from '../../connections/setup-result.ts'
import type { FinishedSetup } from '../../connections/setups.ts'
import { viewOf } from '../../connections/view.ts'
import type { Api } from '../api.ts'
import { adminChoiceOf } from './admin-choice.ts'
import { connection } from './connections.ts'
import { publicJwk } from './public-jwk.ts'

const step = z.object({ id: z.string(), title: z.string() })

const plan = z
  .object({
    name: z.string(),
    org: z.string(),
    label: z.string(),
    via: z.enum(['apps', 'clients']),
    clientId: z.string().optional().describe('Absent where the org chooses it.'),
    publicJwk,
    jwksUri: z.string().optional(),
    scopes: z.array(z.string()).readonly(),
    roles: z.array(z.record(z.string(), z.string())).readonly(),
    dpopRequired: z.boolean(),
    steps: z
      .array(step.extend({ request: z.record(z.string(), z.unknown()).optional() }))
      .readonly(),
    text: z.string().describe('The plan for a person to read.'),
    terraform: z.string().describe('The same for the provider okta/okta.'),
  })
  .openapi('SetupPlan')

const done = z
  .object({
    connection,
    org: z.string(),
    label: z.string(),
    clientId: z.string(),
    appId: z.string(),
    tokenType: z.enum(['Bearer', 'DPoP']),
    dpopRequired: z.boolean(),
    scopes: z.array(z.string()).readonly(),
    missingScopes: z.array(z.string()).readonly(),
    roles: z.array(z.string()).readonly(),
    read: z.object({ path: z.string(), records: z.int() }).nullable(),
    skipped: z.record(z.string(), z.string()),
  })
  .openapi('Setup')

const progress = z
  .object({
    event: z.enum(['begun', 'done', 'skipped', 'waiting', 'failed']),
    step,
    number: z.int().optional(),
    of: z.int().optional(),
    before: z.boolean().optional().describe('It was done by an earlier run.'),
    reason: z.string().optional(),
    waitMs: z.number().optional(),
    code: z.string().optional().describe('Why it failed; the problem comes last.'),
  })
  .openapi('SetupProgress')

const deed = z
  .object({
    deed: z.enum(['role-withdrawn', 'app-deactivated', 'app-deleted', 'nothing-to-undo']),
    role: z.string().optional(),
    appId: z.string().optional(),
  })
  .openapi('UndoDeed')

const access = { verb: 'admin' } as const
const tag = 'setup'
const stepRefusals = [
  'setup_busy',
  'connection_exists',
  'connection_in_use',
  'connection_name',
  'seal_locked',
]

/** Adds the routes. */
export function addSetupRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/setup/plan',
      operationId: 'planSetup',
      tag,
      summary: 'Keeps a plan with a new sealed key and shows what would be done. Nobody is called.',
      access,
      body: setupMembers,
      answer: plan,
      refusals: [...stepRefusals, 'usage_invalid', 'setup_plan_invalid'],
    },
    async ({ services, by, body }) => shownPlan((await services.setups.plan(body, by)).plan),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/setup/apply',
      operationId: 'applySetup',
      tag,
      summary: 'Makes the app, proves it and keeps the connection; goes on where it stopped.',
      access,
      body: setupMembers.extend(adminMembers.shape),
      answer: done,
      event: progress,
      refusals: [
        ...stepRefusals,
        'admin_missing',
        'admin_other_org',
        'usage_invalid',
        'setup_plan_invalid',
        'setup_prerequisite_missing',
        'setup_app_missing',
        'setup_unproven',
      ],
    },
    async ({ services, by, body: { admin, adminToken, ...members }, caller, tell, signal }) => {
      const request = { ...members, ...adminChoiceOf({ admin, adminToken }, caller) }
      const onProgress = (event: SetupProgress) => tell(shownProgress(event))
      const finished = await services.setups.apply(request, by, { onProgress, signal })
      return shownFinished(finished, services.clock.now())
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/setup/finish',
      operationId: 'finishSetup',
      tag,
      summary:
        'Proves an app that a person or another tool made by the plan, and keeps the connection.',
      access,
      body: z.strictObject({
        name: setupMembers.shape.name,
        clientId: z.string().max(200).optional().describe('Where the plan did not choose it.'),
      }),
      answer: done,
      refusals: [...stepRefusals, 'setup_not_found', 'setup_unproven', 'client_id_empty'],
    },
    async ({ services, by, body, signal }) =>
      shownFinished(await services.guidedSetups.finish(body, by, { signal }), services.clock.now()),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/setup/undo',
      operationId: 'undoSetup',
      tag,
      summary:
        'Deletes the app that a setup made, its connection, and everything that was kept of it.',
      access,
      body: adminMembers.extend({ name: setupMembers.shape.name }),
      answer: z.object({ deeds: z.array(deed).readonly() }),
      event: deed,
      refusals: [
        'setup_busy',
        'setup_not_found',
        'setup_guided',
        'connection_in_use',
        'admin_missing',
      ],
    },
    async ({ services, by, body, caller, tell, signal }) => {
      const request = { name: body.name, ...adminChoiceOf(body, caller) }
      return { deeds: await services.setups.undo(request, by, { onDeed: tell, signal }) }
    },
  )
}

function shownPlan(planned: SetupPlan) {
  const steps = stepsOf(planned).map(({ id, title, request }) => ({
    id,
    title,
    ...(request === undefined ? {} : { request: { ...request } }),
  }))
  const roles = planned.roles.map((role) => ({ ...role }))
  return { ...planned, roles, steps, text: describePlan(planned), terraform: terraformOf(planned) }
}

function shownProgress(happened: SetupProgress): z.input<typeof progress> {
  const { step: at, ...rest } = happened
  const shown = { step: { id: at.id, title: at.title } }
  if (!('error' in rest)) return { ...rest, ...shown }
  const { error } = rest
  return {
    event: 'failed',
    ...shown,
    ...(error instanceof PosternError ? { code: error.code } : {}),
  }
}

function shownFinished(
  { row, state, proof, roles }: FinishedSetup,
  now: Date,
): z.input<typeof done> {
  const { name: _name, ...shown } = shownSetup({
    state,
    clientId: row.client_id ?? '',
    proof,
    roles,
  })
  return { connection: viewOf(row, now), ...shown }
}
