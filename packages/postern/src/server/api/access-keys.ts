/** @module Routes for access keys. Nobody can give, or take over, what they do not have. */

import { z } from '@hono/zod-openapi'
import { type AccessRule, accessRules, everyConnection } from '../../config/access-rules.ts'
import { type AccessKeysQuery, accessKeyStates } from '../../store/list-access-keys.ts'
import { type AccessKeyView, accessKeyNotFound } from '../access-keys.ts'
import type { Api } from '../api.ts'
import type { RequestCaller } from '../caller.ts'
import { ServerError } from '../problem.ts'
import type { Services } from '../services.ts'

const MAX_OVERLAP_SECONDS = 2_592_000

const accessKey = z
  .object({
    id: z.string(),
    name: z.string(),
    rules: accessRules.readonly(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().optional(),
    lastUsedAt: z.iso.datetime().optional().describe('To the minute.'),
    revokedAt: z.iso.datetime().optional(),
    previousUntil: z.iso
      .datetime()
      .optional()
      .describe('Until when the text before the last change is accepted.'),
  })
  .openapi('AccessKey')
const newAccessKey = accessKey
  .extend({ text: z.string().describe('The access key itself. Nothing tells it again.') })
  .openapi('NewAccessKey')
const params = z.object({ id: z.string() })
const access = { verb: 'admin', connection: 'any' } as const
const tag = 'access keys'

/** Adds the routes. */
export function addAccessKeyRoutes(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/access-keys',
      operationId: 'addAccessKey',
      tag,
      summary: 'Makes an access key.',
      access,
      body: z.strictObject({
        name: z.string().trim().min(1).max(100),
        rules: accessRules,
        expiresAt: z.iso.datetime({ offset: true }).optional(),
      }),
      status: 201,
      answer: newAccessKey,
      refusals: ['access_denied', 'access_key_expired'],
    },
    async ({ services, caller, by, body: { name, rules, expiresAt } }) => {
      const expires = expiresAt === undefined ? undefined : new Date(expiresAt)
      requireGivable(caller, { rules, expiresAt: expires })
      if (expires !== undefined && expires <= services.clock.now()) throw expired()
      const added = await services.accessKeys.add({ name, rules, expiresAt: expires }, by)
      return { ...viewOf(added.view), text: added.text.reveal() }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/access-keys',
      operationId: 'listAccessKeys',
      tag,
      summary: 'Lists the access keys that the caller may manage.',
      access,
      query: z.object({
        text: z
          .string()
          .max(300)
          .optional()
          .describe('Stands anywhere in the name, or is the beginning of the id.'),
        state: z
          .enum(accessKeyStates)
          .optional()
          .describe('`ending`: it ends within a week; `live`: it does not.'),
        after: z.string().max(100).optional().describe('`next` of the page before.'),
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(1_000)
          .optional()
          .describe('Default: all, the oldest first. Pages begin with the newest.'),
      }),
      answer: z.object({
        accessKeys: z.array(accessKey),
        next: z.string().optional().describe('Where the next page begins; absent at the end.'),
        counts: z
          .object({ live: z.int(), ending: z.int(), expired: z.int(), revoked: z.int() })
          .optional()
          .describe('How many fit `text`, by state; with `limit` alone.'),
      }),
      list: { rows: 'accessKeys', cursor: 'after', pageRows: 1_000 },
    },
    async ({ services: { accessKeys }, caller, query: { limit, after, state, text } }) => {
      const which = { text, connections: caller.permissions.connectionsFor('admin') }
      const place = { states: state && [state], after: placeOf(after) }
      // One more says whether there is another page.
      const most = limit === undefined ? undefined : limit + 1
      const found = await accessKeys.page({ ...which, ...place, limit: most })
      if (limit === undefined) return { accessKeys: found.map(viewOf).reverse() }
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        accessKeys: page.map(viewOf),
        next: found.length > limit && last !== undefined ? textOf(last) : undefined,
        counts: await accessKeys.count(which),
      }
    },
  )
  api.add(
    {
      method: 'get',
      path: '/v1/access-keys/{id}',
      operationId: 'getAccessKey',
      tag,
      summary: 'Shows an access key, without its text.',
      access,
      params,
      answer: accessKey,
      refusals: ['access_key_not_found'],
    },
    async (call) => viewOf(await getManaged(call)),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/access-keys/{id}/rotate',
      operationId: 'rotateAccessKey',
      tag,
      summary: 'Gives an access key a new text; the one before is accepted for a while.',
      access,
      params,
      body: z.strictObject({
        overlapSeconds: z
          .int()
          .min(0)
          .max(MAX_OVERLAP_SECONDS)
          .optional()
          .describe('How long the text before is accepted; default 86400.'),
      }),
      bodyOptional: true,
      answer: newAccessKey,
      refusals: [
        'access_denied',
        'access_key_changed',
        'access_key_not_found',
        'access_key_revoked',
      ],
    },
    async (call) => {
      const { services, caller, by, params, body } = call
      const { rules, expiresAt } = await getManaged(call)
      // The new text is told to the caller, who could use it.
      requireGivable(caller, { rules, expiresAt })
      const { overlapSeconds } = body
      const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1_000
      const rotated = await services.accessKeys.rotate(params.id, by, { overlapMs })
      return { ...viewOf(rotated.view), text: rotated.text.reveal() }
    },
  )
  api.add(
    {
      method: 'patch',
      path: '/v1/access-keys/{id}',
      operationId: 'updateAccessKey',
      tag,
      summary: 'Changes when an access key ends.',
      access,
      params,
      body: z.strictObject({ expiresAt: z.iso.datetime({ offset: true }) }),
      answer: accessKey,
      refusals: [
        'access_denied',
        'access_key_expired',
        'access_key_not_found',
        'access_key_revoked',
      ],
    },
    async (call) => {
      const { services, caller, by, params, body } = call
      const { name, rules } = await getManaged(call)
      const expiresAt = new Date(body.expiresAt)
      requireGivable(caller, { rules, expiresAt })
      if (expiresAt <= services.clock.now()) throw expired()
      return viewOf(await services.accessKeys.update(params.id, { name, rules, expiresAt }, by))
    },
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/access-keys/{id}',
      operationId: 'revokeAccessKey',
      tag,
      summary: 'Revokes an access key.',
      access,
      params,
      query: z.object({
        forget: z
          .enum(['true', 'false'])
          .optional()
          .describe('`true`: lists show it no more. What it did stays in the audit log.'),
      }),
      refusals: ['access_key_not_found', 'access_key_revoked'],
    },
    async (call) => {
      await getManaged(call)
      const forget = call.query.forget === 'true'
      await call.services.accessKeys.revoke(call.params.id, call.by, { forget })
    },
  )
}

/** The place of an access key among the others, as a text. */
function textOf({ id, createdAt }: AccessKeyView): string {
  return `${createdAt.getTime()}-${id}`
}

/** The place that a text names; undefined, the beginning, where it is none. */
function placeOf(text: string | undefined): AccessKeysQuery['after'] {
  const [, time, id] = /^(\d{1,15})-([0-9a-f]+)$/.exec(text ?? '') ?? []
  return time === undefined || id === undefined
    ? undefined
    : { created_at: new Date(Number(time)), id }
}

/** An access key that the caller may manage; any other is as if it were not there. */
async function getManaged(call: {
  readonly services: Services
  readonly caller: RequestCaller
  readonly params: { readonly id: string }
}): Promise<AccessKeyView> {
  const key = await call.services.accessKeys.get(call.params.id)
  if (mayManage(call.caller, key)) return key
  throw accessKeyNotFound()
}

function mayManage(caller: RequestCaller, { rules }: AccessKeyView): boolean {
  return rules.every(({ connections }) => connections.every((name) => caller.may('admin', name)))
}

function requireGivable(
  caller: RequestCaller,
  { rules, expiresAt }: { rules: readonly AccessRule[]; expiresAt?: Date | undefined },
): void {
  if (caller.expiresAt !== undefined && (expiresAt ?? NEVER) > caller.expiresAt)
    throw new ServerError(
      'access_denied',
      `This access key ends at ${caller.expiresAt.toISOString()}, and gives nothing for longer.`,
      { remedy: 'Give a time before that as expiresAt, or use an access key that lasts longer.' },
    )
  const index = rules.findIndex(
    (rule) =>
      !rule.connections.every((name) => caller.may('admin', name)) ||
      !caller.permissions.includes(rule),
  )
  const rule = rules[index]
  if (rule === undefined) return
  const verbs = rule.verbs.join(', ')
  // Nobody can give it who does not have it, and no key of a run does: the operator declares it where the file is.
  const isApproval = rule.verbs.includes('approve') && !caller.permissions.maySomewhere('approve')
  const where = rule.connections.includes(everyConnection) ? 'every connection' : 'its connections'
  throw new ServerError(
    'access_denied',
    `Rule ${index + 1} gives ${verbs} on ${where}, and this access key does not have all of it.`,
    {
      remedy: isApproval
        ? 'Declare the access key in postern.yaml, under accessKeys, and start the server with `postern start --config postern.yaml`.'
        : 'Give only what your own access key has, or use one that has more.',
    },
  )
}

const NEVER = new Date(8.64e15)

function expired(): ServerError {
  return new ServerError('access_key_expired', 'expiresAt is in the past.', {
    remedy: 'Give a time to come, or leave expiresAt out.',
  })
}

function viewOf(view: AccessKeyView): z.input<typeof accessKey> {
  const { createdAt, expiresAt, lastUsedAt, revokedAt, previousUntil, ...rest } = view
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString(),
    revokedAt: revokedAt?.toISOString(),
    previousUntil: previousUntil?.toISOString(),
  }
}
