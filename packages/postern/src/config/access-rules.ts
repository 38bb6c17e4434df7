/** @module What an access key may do: verbs on connections, in rules that add up. */

import { z } from 'zod'

/**
 * What can be done.
 *
 * `read` looks at what Postern keeps, `sync` moves records, `act` performs actions, `proxy` calls the org through Postern,
 * `token` is handed tokens and proofs, `keys` rotates keys, `admin` changes everything else, `approve` approves what another
 * access key asked for.
 */
export const verbs = ['read', 'sync', 'act', 'proxy', 'token', 'keys', 'admin', 'approve'] as const

/** One of {@link verbs}. */
export type Verb = (typeof verbs)[number]

/** Every connection, those to come included. */
export const everyConnection = '*'

/** The methods of calls through Postern. */
export const callMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One of {@link callMethods}. */
export type CallMethod = (typeof callMethods)[number]

const connectionName = z.string().min(1).max(64)
const path = z
  .string()
  .max(512)
  .regex(/^\/[\x21-\x7e]*$/, 'A path starts with / and has no space.')

/** What stands in a rule for every action that only reads. */
export const readingActions = 'reads'

const actionName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/, 'It is no name of an action.')

/** The members of one rule. */
export const accessRule = z
  .strictObject({
    connections: z
      .array(z.union([z.literal(everyConnection), connectionName]))
      .min(1)
      .max(1_000)
      .describe('Names of connections; `*` is every one.'),
    verbs: z.array(z.enum(verbs)).min(1),
    methods: z
      .array(z.enum(callMethods))
      .min(1)
      .optional()
      .describe('The methods of `proxy`; default GET and HEAD.'),
    paths: z
      .array(path)
      .min(1)
      .max(100)
      .optional()
      .describe('What the paths of `proxy` begin with; default `/api/v1`, and `/` is every path.'),
    actions: z
      .array(actionName)
      .min(1)
      .max(200)
      .optional()
      .describe(
        'The actions of `act`, by name; `reads` stands for all that only read. Default: every one.',
      ),
    approval: z
      .literal('required')
      .optional()
      .describe('Changes of `act` have to be planned, and approved by somebody else.'),
  })
  .refine(({ methods, paths, verbs }) => !(methods ?? paths) || verbs.every(keepsCallLimits), {
    path: ['verbs'],
    message:
      'A rule with methods or paths gives read and proxy alone; put other verbs into a rule of their own.',
  })
  .refine(({ actions, approval, verbs }) => !(actions ?? approval) || givesActions(verbs), {
    path: ['verbs'],
    message:
      'A rule with actions or approval gives act, and beside it read alone; put other verbs into a rule of their own.',
  })
  .meta({ id: 'AccessRule' })

/** One rule: these verbs on these connections. What no rule gives is refused. */
export type AccessRule = z.output<typeof accessRule>

/** The rules of one access key. */
export const accessRules = z.array(accessRule).min(1).max(100)

/** The verbs that a rule gives: with limits, those alone that obey them. A token obeys none, so it would be limited by nothing. */
export function givenVerbs({ verbs, methods, paths, actions, approval }: AccessRule): Verb[] {
  return verbs.filter(
    (verb) =>
      (!(methods ?? paths) || keepsCallLimits(verb)) &&
      (!(actions ?? approval) || keepsActionLimits(verb)),
  )
}

function keepsCallLimits(verb: Verb): boolean {
  return verb === 'read' || verb === 'proxy'
}

function keepsActionLimits(verb: Verb): boolean {
  return verb === 'read' || verb === 'act'
}

function givesActions(verbs: readonly Verb[]): boolean {
  return verbs.includes('act') && verbs.every(keepsActionLimits)
}
