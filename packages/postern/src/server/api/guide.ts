/** @module Routes for the guide: a person makes the app in the Admin Console, and each step is looked at from here. */

import { z } from '@hono/zod-openapi'
import type { GuideStep, SetupState } from '@postern/core'
import { setupMembers } from '../../config/setup-members.ts'
import type { Guide } from '../../connections/guided-setups.ts'
import type { Api } from '../api.ts'

/** A step of a guide as it is shown. */
export const guideStep = z
  .object({
    id: z.string(),
    title: z.string(),
    where: z.array(z.string()).readonly().describe('Places in the Admin Console; one is enough.'),
    actions: z.array(z.string()).readonly().describe('Words between ** are those of the screen.'),
    values: z.array(z.object({ label: z.string(), value: z.string() })).readonly(),
    warnings: z.array(z.string()).readonly(),
    asks: z
      .object({
        field: z.enum(['orgUrl', 'clientId', 'apiToken']),
        label: z.string(),
        alsoCalled: z.array(z.string()).readonly(),
        isSecret: z.boolean(),
      })
      .optional(),
    isToldOnly: z.boolean().optional().describe('Only the person can tell whether it is done.'),
    isDone: z.boolean(),
  })
  .openapi('GuideStep')

/** Whether a step is done. */
export const stepOutcome = z
  .object({
    status: z.enum(['done', 'todo', 'unknown']),
    observed: z.string(),
    remedy: z.string().optional(),
  })
  .openapi('GuideOutcome')

const access = { verb: 'admin' } as const
const tag = 'setup'

/** Adds the routes. */
export function addGuideRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/setup/guide',
      operationId: 'guideSetup',
      tag,
      summary: 'Plans an app, and gives the steps of a person who makes it in the Admin Console.',
      access,
      body: setupMembers,
      answer: z.object({
        org: z.string(),
        clientId: z.string().nullable().describe('As far as it was told.'),
        steps: z.array(guideStep).readonly(),
      }),
      refusals: [
        'setup_busy',
        'connection_exists',
        'connection_in_use',
        'usage_invalid',
        'setup_plan_invalid',
      ],
    },
    async ({ services, by, body }) => {
      const guide = await services.guidedSetups.begin(body, by)
      return { org: guide.state.plan.org, ...shownGuide(guide) }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/setup/check',
      operationId: 'checkSetupStep',
      tag,
      summary: 'Looks whether a step is done, and keeps that it is.',
      access,
      body: z.strictObject({
        name: setupMembers.shape.name,
        step: z.string().max(60),
        clientId: z.string().max(200).optional().describe('Where the step asks for it.'),
        skip: z.boolean().optional().describe('Takes your word for it.'),
      }),
      answer: stepOutcome,
      refusals: ['setup_busy', 'setup_not_found', 'setup_step_unknown', 'client_id_invalid'],
    },
    ({ services, by, body, signal }) => services.guidedSetups.check(body, by, { signal }),
  )
}

/** How far a person got, and every step as it is shown. */
export function shownGuide({ steps, state }: Guide) {
  return {
    clientId: state.app?.clientId ?? null,
    steps: steps.map((step) => shownStep(step, state)),
  }
}

/** Shows a step, and whether it is done. */
function shownStep({ check: _check, ...step }: GuideStep, { done }: SetupState) {
  return { ...step, isDone: done.includes(`guide ${step.id}`) }
}
