/** @module Routes for actions: which there are, and one that is run over a connection. */

import { z } from '@hono/zod-openapi'
import { actionDeclaration, declarationOf } from '../../config/action-declaration.ts'
import type { Api } from '../api.ts'
import { acceptsJsonLines } from '../json-lines.ts'
import {
  actionAnswer,
  actionList,
  actionProgress,
  givenActionList,
  shownAction,
} from './action-answer.ts'

const tag = 'actions'
const MAX_CODE_CHARACTERS = 256

/** What running or planning an action is refused with, beside what the org says. */
export const actionRefusals = [
  'action_unknown',
  'action_not_allowed',
  'action_arguments_invalid',
  'action_object_not_found',
  'action_object_ambiguous',
  'action_group_not_editable',
  'action_access_from_group',
  'action_status_unsuitable',
  'action_scope_missing',
  'action_role_missing',
  'action_method_not_allowed',
]

/** The arguments of an action, which its own parameters judge. */
export const actionArguments = z
  .record(z.string(), z.unknown())
  .describe('By the names of its parameters.')

/** Adds the routes. */
export function addActionRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/actions',
      operationId: 'listActions',
      tag,
      summary: 'Lists what can be done in an org: parameters, scopes and roles of each action.',
      access: 'any-key',
      answer: actionList,
      list: { rows: 'actions' },
    },
    async ({ services }) => ({ actions: (await services.actions.list()).map(shownAction) }),
  )
  api.add(
    {
      method: 'put',
      path: '/v1/actions/{action}',
      operationId: 'declareAction',
      tag,
      summary: 'Declares an action of your own: one request of a template, called like any other.',
      access: { verb: 'admin' },
      params: z.object({ action: z.string().max(100) }),
      body: actionDeclaration,
      answer: z.object({ outcome: z.enum(['added', 'changed', 'unchanged']) }),
      refusals: ['action_declaration_invalid', 'audit_unwritable'],
    },
    async ({ services, by, params: { action }, body }) => ({
      outcome: await services.knownActions.declare(action, declarationOf(body), by),
    }),
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/actions/{action}',
      operationId: 'removeAction',
      tag,
      summary: 'Forgets an action that was declared.',
      access: { verb: 'admin' },
      params: z.object({ action: z.string().max(100) }),
      refusals: ['action_unknown', 'audit_unwritable'],
    },
    async ({ services, by, params: { action } }) => services.knownActions.remove(action, by),
  )
  api.add(
    {
      method: 'get',
      path: '/v1/connections/{name}/actions',
      operationId: 'listConnectionActions',
      tag,
      summary: 'Lists the actions that the caller may run or plan over a connection.',
      access: { verb: 'act', connection: 'name' },
      params: z.object({ name: z.string() }),
      answer: givenActionList,
      list: { rows: 'actions' },
    },
    async ({ services, caller: { permissions }, params: { name } }) => {
      await services.connections.get(name)
      const all = await services.actions.list(name)
      return {
        actions: all.flatMap((action) => {
          const right = permissions.actionRight(name, action)
          return right === undefined ? [] : [{ ...shownAction(action), right }]
        }),
      }
    },
  )
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/actions/{action}',
      operationId: 'runAction',
      tag,
      summary:
        'Runs an action. What is so already is success; with the header Idempotency-Key, the same request again is answered as the first one was.',
      access: { verb: 'act', connection: 'name' },
      params: z.object({ name: z.string(), action: z.string().max(64) }),
      body: z.strictObject({
        arguments: actionArguments.optional(),
        dryRun: z.boolean().optional().describe('Change nothing, and say what would change.'),
        plan: z
          .string()
          .max(MAX_CODE_CHARACTERS)
          .optional()
          .describe('The code of a plan; its arguments may be left out.'),
      }),
      bodyOptional: true,
      answer: actionAnswer,
      event: actionProgress,
      refusals: [
        ...actionRefusals,
        'action_approval_required',
        'action_effects_changed',
        'action_outcome_unknown',
        'idempotency_key_invalid',
        'idempotency_key_reused',
        'idempotency_key_in_use',
        'plan_not_found',
        'plan_not_approved',
        'plan_other_arguments',
        'plan_expired',
        'plan_refused',
        'plan_used',
        'audit_unwritable',
      ],
    },
    async ({ services, caller, by, params: { name, action }, body, request, signal, tell }) => {
      const { answer, replayed } = await services.actions.run(
        {
          connection: name,
          action,
          ...body,
          idempotencyKey: request.headers.get('idempotency-key') ?? undefined,
        },
        { by, rights: caller.permissions },
        { signal, onProgress: tell },
      )
      // Lines have begun already by the time it is known.
      if (!replayed || acceptsJsonLines(request)) return answer
      return Response.json(answer, {
        headers: { 'cache-control': 'no-store', 'idempotency-replayed': 'true' },
      })
    },
  )
}
