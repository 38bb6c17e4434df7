/** @module The tools that change an org: what may be planned, a plan, its state, and its application. None does without a plan. */

import { type Action, type ActionAnswer, argumentsSchema, showHostile } from '@postern/core'
import { z } from 'zod'
import { planNotFound } from '../../../actions/plan-error.ts'
import type { PlanView } from '../../../actions/plans.ts'
import { answerBytes } from '../answer.ts'
import { fitItems, fitValue } from '../fit.ts'
import { connection } from '../parameters.ts'
import type { Reach } from '../reach.ts'
import { defineTool } from '../tool.ts'
import { ToolError } from '../tool-error.ts'

const action = z.string().min(1).max(64)
const given = z.record(z.string().max(64), z.unknown())
const isOffered = (reach: Reach) => reach.changing().length > 0

/** `list_changes` */
export const listChanges = defineTool({
  name: 'list_changes',
  title: 'Changes that may be planned',
  description: 'Lists the actions that plan_change takes, and their arguments.',
  input: z.strictObject({ connection }),
  effect: 'read',
  needs: '`act` with an action by its name, and its scopes',
  isOffered,
  run: async ({ input, reach }) => {
    const row = requireChanging(reach, input.connection)
    const all = reach.changesOf(row).map(shownAction)
    const { items, taken } = fitItems(all, answerBytes.usual)
    const names = all.slice(taken).map(({ name }) => name)
    return { connection: row.name, actions: items, ...(names.length > 0 ? { more: names } : {}) }
  },
})

/** `plan_change` */
export const planChange = defineTool({
  name: 'plan_change',
  title: 'Plan a change',
  description:
    'Says exactly what an action of list_changes would change, changes nothing, and keeps it as a plan for 5 minutes with a code. A person has to approve the plan outside of this conversation: give them its id and its effects.',
  input: z.strictObject({ action, arguments: given, connection }),
  effect: 'plan',
  needs: '`act` with an action by its name, and its scopes',
  isOffered,
  run: async ({ input, services, caller, by, reach, signal }) => {
    const { name } = requireChange(reach, input.action, input.connection)
    const { plan, code } = await services.plans.create(
      { connection: name, action: input.action, arguments: input.arguments },
      { by, rights: caller.permissions },
      { signal },
    )
    return { ...shownPlan(plan), code: code.reveal(), next: nextOf(plan) }
  },
})

/** `plan_status` */
export const planStatus = defineTool({
  name: 'plan_status',
  title: 'State of a plan',
  description: 'Says whether a plan of yours is approved, refused, applied or expired.',
  input: z.strictObject({ plan: z.string().min(1).max(64) }),
  effect: 'read',
  needs: '`act` with an action by its name, and its scopes',
  isOffered,
  run: async ({ input: { plan: id }, services, by, reach }) => {
    const { requestedBy, connection: name } = await services.plans.find(id)
    const isHere = reach.changing().some((row) => row.name === name)
    if (requestedBy !== by.actor || !isHere) throw planNotFound()
    const plan = await services.plans.show(id)
    return { ...shownPlan(plan), next: nextOf(plan) }
  },
})

/** `apply_change` */
export const applyChange = defineTool({
  name: 'apply_change',
  title: 'Apply an approved plan',
  description:
    'Makes the change of an approved plan, once. It takes the code of the plan, and the action and arguments that were planned, unchanged.',
  input: z.strictObject({
    action,
    arguments: given,
    code: z.string().min(1).max(256),
    connection,
  }),
  effect: 'change',
  needs: '`act` with an action by its name, and its scopes',
  isOffered,
  run: async ({ input, services, caller, by, reach, signal }) => {
    const { name } = requireChange(reach, input.action, input.connection)
    const { action: named, arguments: values, code: plan } = input
    const { answer } = await services.actions.run(
      { connection: name, action: named, arguments: values, plan },
      { by, rights: caller.permissions },
      { signal },
    )
    const { changed, requestIds } = answer
    const ids = requestIds.slice(0, MAX_REQUEST_IDS)
    return { connection: name, action: named, changed, ...shownFound(answer), requestIds: ids }
  },
})

const MAX_REQUEST_IDS = 20
// Together they stay below what is usual: what a code is cut from is good for nothing.
const PART_BYTES = 1_536
const LIST_BYTES = 4_096

function requireChanging(reach: Reach, name: string | undefined) {
  return reach.requireOf(reach.changing(), { verb: 'act' }, name)
}

/** The connection on which an action may be planned here. */
function requireChange(reach: Reach, named: string, connectionName: string | undefined) {
  const rows = reach.changing(named)
  if (rows.length > 0) return reach.requireOf(rows, { verb: 'act' }, connectionName)
  throw new ToolError(
    'tool_action_not_listed',
    `${showHostile(named, { maxCharacters: 64 })} is no action that may be planned here.`,
    {
      remedy:
        'See list_changes. An operator adds one: --allow ACTION of postern mcp, or a rule of the access key that names it.',
    },
  )
}

function shownAction(shown: Action) {
  const { name, summary, destructive, roles } = shown
  return { name, summary, destructive, roles, arguments: argumentsSchema(shown) }
}

function shownPlan(plan: PlanView) {
  const { id, connection: name, action: named, state, approval, expiresAt, decidedBy } = plan
  return {
    ...{ plan: id, connection: name, action: named, state, approval, expiresAt, decidedBy },
    arguments: fitValue(plan.arguments, PART_BYTES),
    reach: fitValue(plan.reach, PART_BYTES),
    ...shownFound(plan),
  }
}

type Shown = Pick<ActionAnswer, 'objects' | 'before' | 'after' | 'effects' | 'notes'> & {
  readonly items?: ActionAnswer['items'] | undefined
}

/** What an action found, which may be about ten thousand objects: as far as it fits, each list with how long it is. */
function shownFound({ objects, before, after, effects, notes, items }: Shown) {
  return {
    objects: fitItems(objects, PART_BYTES).items,
    before: fitValue(before, PART_BYTES),
    after: fitValue(after, PART_BYTES),
    effects: fitItems(effects, LIST_BYTES).items,
    effectsCount: effects.length,
    notes: fitValue(notes, PART_BYTES),
    ...(items === undefined
      ? {}
      : { items: fitItems(items, LIST_BYTES).items, itemsCount: items.length }),
  }
}

function nextOf({ id, state, approval, effects }: PlanView): string {
  if (state === 'applied') return 'It is done.'
  if (state === 'refused') return 'A person refused it. Ask what they want instead.'
  if (state === 'expired') return 'It is over. Plan it again where it is still wanted.'
  if (effects.length === 0) return 'It is so already: there is nothing to apply.'
  if (approval === 'given') return 'It is approved: apply_change with its code makes the change.'
  return `A person with another access key has to approve it: postern plan approve ${id}, or the console. Then look with plan_status.`
}
