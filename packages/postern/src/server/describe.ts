/** @module The API's own description, made from its routes. */

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Access, Route } from './api.ts'
import { takesConsole } from './console/recognise.ts'
import { rowSchemaOf } from './list-columns.ts'
import { statusOf } from './problem-status.ts'

/** An OpenAPI document. */
export type ApiDescription = ReturnType<OpenAPIHono['getOpenAPI31Document']>

type ZodRoute = Parameters<typeof createRoute>[0]
type Responses = ZodRoute['responses']

const ACCESS_KEY = 'accessKey'
const CONNECT_SESSION = 'connectSession'
const CONSOLE_SESSION = 'consoleSession'

const problem = z
  .object({
    type: z.string().describe('`urn:postern:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was observed.'),
    code: z.string().describe('Stable; decide on this.'),
    remedy: z.string().describe('What to do about it.'),
    requestId: z.string().describe('As in the log and the audit log.'),
    details: z.record(z.string(), z.unknown()).optional().describe('Facts for programs.'),
    problems: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path']).optional(),
          path: z.string().optional(),
          message: z.string(),
          code: z.string().optional(),
          remedy: z.string().optional(),
          field: z.string().optional().describe('As a form calls it.'),
          flag: z.string().optional().describe('The flag of a command that sets it.'),
        }),
      )
      .optional()
      .describe('Every member that was refused.'),
  })
  .openapi('Problem')

/**
 * Describes routes.
 *
 * @see OpenAPI Specification 3.1.1
 */
export function describeApi(routes: readonly Route[], version: string): ApiDescription {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', ACCESS_KEY, {
    type: 'http',
    scheme: 'bearer',
    description: 'An access key: `postern_<id>_<secret>`.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', CONNECT_SESSION, {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a Connect session: `connect_<id>_<secret>`.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', CONSOLE_SESSION, {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-postern',
    description:
      'The cookie of the console, from a page of this server alone; with `X-Postern-Console: 1` wherever something changes.',
  })
  app.openAPIRegistry.register('Problem', problem)
  for (const route of routes) app.openAPIRegistry.registerPath(describeRoute(route))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      version,
      description: 'The service entrance to Okta. Every refusal is an RFC 9457 problem.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  })
}

function describeRoute(route: Route): ZodRoute {
  const { method, path, operationId, tag, summary, access, params, query, body } = route
  return createRoute({
    method,
    path,
    operationId,
    tags: [tag],
    summary,
    description: describeAccess(access),
    security: securityOf(route),
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      ...(body
        ? {
            body: {
              content: { 'application/json': { schema: body } },
              required: !route.bodyOptional,
            },
          }
        : {}),
    },
    responses: { ...describeSuccess(route), ...describeRefusals(route) },
  })
}

function securityOf(route: Route): { [scheme: string]: string[] }[] {
  const { access } = route
  if (access === 'public') return []
  if (access === 'connect-session') return [{ [CONNECT_SESSION]: [] }]
  if (access === 'console-session') return [{ [CONSOLE_SESSION]: [] }]
  return [{ [ACCESS_KEY]: [] }, ...(takesConsole(route) ? [{ [CONSOLE_SESSION]: [] }] : [])]
}

function describeAccess(access: Access): string {
  if (access === 'public') return 'Open to everybody.'
  if (access === 'any-key') return 'Takes any access key.'
  if (access === 'console-session') return 'Takes the cookie of a console session.'
  if (access === 'connect-session') return 'Takes the token of a Connect session that is open.'
  const where = {
    name: 'the connection',
    any: 'one connection at least, and shows what belongs to those',
  }
  return `Takes an access key with \`${access.verb}\` on ${access.connection ? where[access.connection] : 'every connection (`*`)'}.`
}

function describeSuccess(route: Route): Responses {
  const { answer, answerType, event, list, status = 200, otherStatuses = [] } = route
  if (answer === undefined) return { 204: { description: 'Done.' } }
  const line = z.union([
    z.object({ event: event ?? z.never() }),
    z.object({ result: answer }),
    z.object({ problem }),
  ])
  const content = {
    [answerType ?? 'application/json']: { schema: answer },
    ...(event ? { 'application/jsonl': { schema: line } } : {}),
    ...(list
      ? {
          'text/csv': { schema: z.string().describe('Every row.') },
          'application/jsonl': { schema: rowSchemaOf(route, list) },
        }
      : {}),
  }
  return {
    [status]: { description: 'Done.', content },
    ...Object.fromEntries(
      otherStatuses.map((other) => [other, { description: 'As the body says.', content }]),
    ),
  }
}

/** What every route of a kind refuses with, and what this one does. */
function codesOf(route: Route): readonly string[] {
  const { access, params, query, body, refusals = [] } = route
  return [
    ...credentialCodesOf(route),
    ...(typeof access === 'object' ? ['access_denied'] : []),
    ...(typeof access === 'object' && access.connection === 'name' ? ['connection_not_found'] : []),
    ...(params || query || body ? ['request_invalid'] : []),
    ...(body ? ['request_malformed', 'request_media_type', 'request_too_large'] : []),
    'request_host_unknown',
    'request_cross_origin',
    'request_too_many',
    'server_failed',
    'store_unreachable',
    ...refusals,
  ]
}

const CONSOLE_REFUSALS = [
  'console_session_missing',
  'console_session_invalid',
  'console_header_missing',
]

function credentialCodesOf(route: Route): readonly string[] {
  switch (route.access) {
    case 'public':
      return []
    case 'connect-session':
      return ['connect_session_invalid', 'connect_session_ended', 'access_header_refused']
    case 'console-session':
      return [...CONSOLE_REFUSALS, 'access_header_refused']
    default:
      return [
        'access_key_invalid',
        'access_header_refused',
        ...(takesConsole(route) ? CONSOLE_REFUSALS : []),
      ]
  }
}

function describeRefusals(route: Route): Responses {
  const byStatus = Map.groupBy(new Set(codesOf(route)), statusOf)
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([one], [other]) => one - other)
      .map(([status, codes]) => [
        status,
        {
          description: `Refused: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
          content: { 'application/problem+json': { schema: problem } },
        },
      ]),
  )
}
