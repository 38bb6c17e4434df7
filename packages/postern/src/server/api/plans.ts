/** @module Routes for plans: asked for, looked at, and decided on by somebody else. */

import { z } from '@hono/zod-openapi'
import { planNotFound } from '../../actions/plan-error.ts'
import type { PlanSummary, PlanView } from '../../actions/plans.ts'
import { readActorNames } from '../actor-names.ts'
import type { Api } from '../api.ts'
import type { RequestCaller } from '../caller.ts'
import { cursorInstant, cursorOf, placeOf } from '../list-cursor.ts'
import type { Services } from '../services.ts'
import { found } from './action-answer.ts'
import { actionArguments, actionRefusals } from './actions.ts'

const summaryMembers = {
  id: z.string(),
  connection: z.string(),
  action: z.string(),
  state: z.enum(['waiting', 'approved', 'refused', 'applied', 'expired']),
  requestedBy: z.string().describe('The actor, as the audit log has it.'),
  requestedByName: z.string().optional().describe('What that access key or person is called.'),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  decidedBy: z
    .string()
    .optional()
    .describe('Who approved or refused it; `standing:…`: the operator did so before.'),
  decidedByName: z.string().optional(),
  decidedAt: z.iso.datetime().optional(),
  appliedAt: z.iso.datetime().optional(),
}

const planSummary = z.object(summaryMembers).openapi('PlanSummary')

const viewMembers = {
  ...summaryMembers,
  approval: z.enum(['needed', 'given']).describe('Whether it can be applied now.'),
  arguments: actionArguments,
  ...found,
  reach: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('How far the effects go: the apps that a group grants, say. Null: not known.'),
}

const plan = z.object(viewMembers).openapi('Plan')

const newPlan = z
  .object({
    ...viewMembers,
    code: z
      .string()
      .describe('Applies the plan, once, for its requester alone. Nothing tells it again.'),
  })
  .openapi('NewPlan')

const tag = 'plans'
const params = z.object({ id: z.string().max(64) })
const MAX_LISTED = 1_000
const planPlace = z.tuple([cursorInstant, z.string().max(64)])

/** Adds the routes. */
export function addPlanRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/plans',
      operationId: 'createPlan',
      tag,
      summary:
        'Finds what an action would do, changes nothing, and keeps that as a plan for five minutes.',
      access: { verb: 'act', connection: 'name' },
      params: z.object({ name: z.string() }),
      body: z.strictObject({
        action: z.string().max(64),
        arguments: actionArguments.optional(),
      }),
      status: 201,
      answer: newPlan,
      refusals: [...actionRefusals, 'plan_not_needed', 'plan_too_many', 'audit_unwritable'],
    },
    async ({ services, caller, by, params: { name }, body, signal }) => {
      const created = await services.plans.create(
        { connection: name, ...body },
        { by, rights: caller.permissions },
        { signal },
      )
      return { ...(await namedPlan(services, created.plan)), code: created.code.reveal() }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/plans',
      operationId: 'listPlans',
      tag,
      summary:
        'Lists the plans that the caller asked for, and those of connections whose plans it may approve.',
      access: 'any-key',
      query: z.object({
        state: z
          .literal('waiting')
          .optional()
          .describe('Those alone that can still be decided on.'),
        cursor: z.string().max(4_096).optional().describe('`next` of the page before.'),
        limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(100),
      }),
      answer: z.object({
        plans: z.array(planSummary),
        next: z.string().optional().describe('Where the next page begins; absent at the end.'),
      }),
      list: { rows: 'plans', cursor: 'cursor', pageRows: MAX_LISTED },
    },
    async ({ services, caller, by, query: { cursor, ...query } }) => {
      const connections = caller.permissions.connectionsFor('approve')
      const [createdAt, id] = placeOf(cursor, planPlace) ?? []
      const behind = createdAt && id ? { createdAt, id } : undefined
      const asked = { ...query, requestedBy: by.actor, connections, behind }
      const plans = await services.plans.list(asked)
      const names = await namesOf(services, plans)
      const last = plans.length < query.limit ? undefined : plans.at(-1)
      return {
        plans: plans.map((plan) => shownSummary(plan, names)),
        next: last && cursorOf([last.createdAt.toISOString(), last.id]),
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/plans/{id}',
      operationId: 'getPlan',
      tag,
      summary: 'Shows a plan: what it would do, how far that goes, and who decided on it.',
      access: 'any-key',
      params,
      answer: plan,
      refusals: ['plan_not_found'],
    },
    async ({ services, caller, params: { id } }) => {
      await requireVisible(id, { services, caller })
      return namedPlan(services, await services.plans.show(id))
    },
  )
  for (const verb of ['approve', 'refuse'] as const) {
    api.add(
      {
        method: 'post',
        path: `/v1/plans/{id}/${verb}`,
        operationId: `${verb}Plan`,
        tag,
        summary:
          verb === 'approve'
            ? 'Approves a plan that another access key asked for.'
            : 'Refuses a plan that another access key asked for; it can never be applied.',
        access: { verb: 'approve', connection: 'any' },
        params,
        answer: plan,
        refusals: [
          'plan_not_found',
          'plan_own',
          'plan_decided',
          'plan_expired',
          'plan_refused',
          'plan_used',
          'audit_unwritable',
        ],
      },
      async ({ services, caller, by, params: { id } }) => {
        const { connection } = await requireVisible(id, { services, caller })
        caller.requireVerb('approve', connection)
        return namedPlan(services, await services.plans[verb](id, by))
      },
    )
  }
}

/** A plan that the caller asked for or may approve; any other is as if it were not there. */
async function requireVisible(
  id: string,
  { services, caller }: { readonly services: Services; readonly caller: RequestCaller },
): Promise<PlanSummary> {
  const summary = await services.plans.find(id)
  const isOwn = summary.requestedBy === caller.by.actor
  if (isOwn || caller.may('approve', summary.connection)) return summary
  throw planNotFound()
}

type Names = ReadonlyMap<string, string>

function namesOf(services: Services, plans: readonly PlanSummary[]): Promise<Names> {
  const actors = plans.flatMap(({ requestedBy, decidedBy }) => [requestedBy, decidedBy])
  return readActorNames(services, actors)
}

async function namedPlan(services: Services, view: PlanView): Promise<z.input<typeof plan>> {
  return shownPlan(view, await namesOf(services, [view]))
}

function shownSummary(summary: PlanSummary, names: Names): z.input<typeof planSummary> {
  const { id, connection, action, state, requestedBy, decidedBy } = summary
  const { createdAt, expiresAt, decidedAt, appliedAt } = summary
  return {
    ...{ id, connection, action, state, requestedBy, decidedBy },
    requestedByName: names.get(requestedBy),
    decidedByName: decidedBy === undefined ? undefined : names.get(decidedBy),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString(),
    appliedAt: appliedAt?.toISOString(),
  }
}

function shownPlan(view: PlanView, names: Names): z.input<typeof plan> {
  const { approval, objects, before, after, effects, items, notes, reach } = view
  const content = { objects, before, after, effects, items, notes, reach }
  return { ...shownSummary(view, names), approval, arguments: view.arguments, ...content }
}
