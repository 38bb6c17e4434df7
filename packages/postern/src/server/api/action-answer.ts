/** @module What the API shows of actions and what they answer. */

import { z } from '@hono/zod-openapi'
import { type Action, argumentsSchema, parameterKinds } from '@postern/core'

const facts = z.record(z.string(), z.unknown())

const action = z
  .object({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    effect: z.enum(['read', 'change']),
    destructive: z
      .boolean()
      .describe('Something is lost that the opposite action does not bring back.'),
    scopes: z.array(z.string()).describe('All are needed.'),
    roles: z.array(z.string()).describe('Each of them allows it; the least first.'),
    parameters: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(parameterKinds),
        description: z.string(),
        required: z.boolean(),
      }),
    ),
    schema: facts.describe('JSON Schema (draft 2020-12) of the arguments.'),
  })
  .openapi('Action')

/** A list of actions. */
export const actionList = z.object({ actions: z.array(action) })

/** The actions of somebody over a connection. */
export const givenActionList = z.object({
  actions: z.array(
    action
      .extend({
        right: z
          .enum(['direct', 'planned'])
          .describe('`planned`: a change has to be planned, and approved by somebody else.'),
      })
      .openapi('GivenAction'),
  ),
})

/** One object of the org, as an action found it. */
const object = z.object({
  kind: z.enum(['user', 'group', 'app']),
  id: z.string(),
  name: z.string().describe('Text from the directory.'),
})

const effect = z.object({
  change: z.string().describe('`group.member.added`'),
  objects: z.array(z.string()).readonly().describe('Ids.'),
  summary: z.string(),
})

const item = z.object({
  value: z.string().describe('As it was given.'),
  outcome: z.enum(['changed', 'already_so', 'planned', 'failed']),
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional(),
})

/** What an action found: its objects, how they are, how they will be, and what would change. */
export const found = {
  objects: z.array(object).readonly(),
  before: facts,
  after: facts,
  effects: z.array(effect).readonly(),
  items: z.array(item).readonly().optional().describe('What became of each item of a list.'),
  notes: z.array(z.string()).readonly(),
}

/** What an action answers. */
export const actionAnswer = z
  .object({
    action: z.string(),
    dryRun: z.boolean(),
    changed: z.boolean().describe('False where it was so already; of a dry run, what would be.'),
    ...found,
    result: z.unknown().optional().describe('The answer of an action that reads.'),
    requestIds: z.array(z.string()).readonly().describe('Okta’s.'),
  })
  .openapi('ActionAnswer')

/** How far an action has come. */
export const actionProgress = z.object({ done: z.int(), of: z.int() }).openapi('ActionProgress')

/** An action as the API shows it. */
export function shownAction(shown: Action): z.input<typeof action> {
  const { name, title, summary, effect, destructive, scopes, roles, parameters } = shown
  return {
    ...{ name, title, summary, effect, destructive, scopes: [...scopes], roles: [...roles] },
    parameters: parameters.map(({ name, kind, description, required }) => ({
      ...{ name, kind, description, required },
    })),
    schema: argumentsSchema(shown),
  }
}
