/** @module Routes with which a browser signs in to the console, and out. */

import { z } from '@hono/zod-openapi'
import { accessRule } from '../../config/access-rules.ts'
import type { Api } from '../api.ts'
import { clearCookie, cookieNameAt, setCookie } from '../console/cookie.ts'
import { consoleHeader } from '../console/recognise.ts'
import { headerMissing, originInsecure } from '../console/session-error.ts'
import type { ConsoleSession } from '../console/sessions.ts'
import type { Incoming } from '../incoming.ts'
import { crossOrigin } from '../problem.ts'

const consoleSession = z
  .object({
    name: z.string().describe('As the console shows whoever is signed in.'),
    actor: z.string().describe('As the audit log names them.'),
    kind: z.enum(['person', 'access-key']),
    expiresAt: z.iso.datetime().describe('At the latest; an hour after it was used last, sooner.'),
    permissions: z.array(accessRule).readonly().describe('What may be done.'),
  })
  .openapi('ConsoleSession')

const MAX_CHARACTERS = 200
const path = '/v1/console/session'
const tag = 'console'

/** Adds the routes. */
export function addConsoleSessionRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/console/sign-in',
      operationId: 'getConsoleSignIn',
      tag,
      summary: 'Says in which ways one signs in to the console.',
      access: 'public',
      answer: z.object({
        accessKey: z.boolean(),
        openid: z
          .object({ name: z.string().describe('As the button shows it.') })
          .nullable()
          .describe('Null where no provider is configured.'),
      }),
    },
    ({ services: { openId } }) => ({
      accessKey: true,
      openid: openId === undefined ? null : { name: openId.name },
    }),
  )
  api.add(
    {
      method: 'post',
      path,
      operationId: 'beginConsoleSession',
      tag,
      summary: 'Signs in to the console: exchanges an access key, or a link, for a cookie.',
      access: 'public',
      body: z.union([
        z.strictObject({ accessKey: z.string().max(MAX_CHARACTERS) }),
        z.strictObject({
          link: z
            .string()
            .max(MAX_CHARACTERS)
            .describe('What stands behind # in a link that the server showed when it started.'),
        }),
      ]),
      answer: z.object({ session: consoleSession }),
      refusals: [
        'access_key_invalid',
        'console_link_invalid',
        'console_link_over',
        'console_header_missing',
        'console_origin_insecure',
      ],
    },
    async ({ services, request, requestId, body }) => {
      const name = requireCookieName(request)
      const { consoleSessions } = services
      const begun = await ('link' in body
        ? consoleSessions.beginByLink(body.link, requestId)
        : consoleSessions.beginByKey(body.accessKey, requestId))
      const { session, cookie, lifeSeconds } = begun
      return withCookie(
        setCookie(name, cookie, lifeSeconds),
        JSON.stringify({ session: viewOf(session) }),
      )
    },
  )
  api.add(
    {
      method: 'get',
      path,
      operationId: 'getConsoleSession',
      tag,
      summary: 'Shows who is signed in.',
      access: 'console-session',
      answer: consoleSession,
    },
    ({ caller }) => viewOf(caller.console),
  )
  api.add(
    {
      method: 'delete',
      path,
      operationId: 'endConsoleSession',
      tag,
      summary: 'Signs out.',
      access: 'console-session',
    },
    async ({ services, caller, by, request }) => {
      const name = requireCookieName(request)
      await services.consoleSessions.end(caller.console.id, by)
      return withCookie(clearCookie(name), null)
    },
  )
}

/**
 * How the cookie is called where the page of this request is.
 *
 * @throws {ServerError} `request_cross_origin`; {@link ConsoleError} `console_header_missing`, `console_origin_insecure`
 */
function requireCookieName({ headers }: Incoming): string {
  // Every browser names the origin of a request that changes something, and it was found to be one of this server.
  const origin = headers.get('origin')
  if (origin === null) throw crossOrigin()
  if (headers.get(consoleHeader) !== '1') throw headerMissing()
  const name = cookieNameAt(origin)
  if (name === undefined) throw originInsecure()
  return name
}

function withCookie(cookie: string, body: string | null): Response {
  return new Response(body, {
    status: body === null ? 204 : 200,
    headers: {
      'cache-control': 'no-store',
      'set-cookie': cookie,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
  })
}

function viewOf({ name, kind, expiresAt, caller }: ConsoleSession): z.input<typeof consoleSession> {
  const { actor, permissions } = caller
  const rules = permissions.rules
  return { name, actor, kind, expiresAt: expiresAt.toISOString(), permissions: rules }
}
