/** @module Lists apps, a page at a time, with what `q`, `filter` and `expand` ask for. */

import { reachesApp, reachOf } from '../authorization/permissions.ts'
import { type Attribute, compile, type ExpressionRules } from '../expression/evaluate.ts'
import { type Expression, ExpressionError, parseExpression } from '../expression/parse.ts'
import type { Answer } from '../http/answer.ts'
import { invalid, oktaError } from '../http/okta-error.ts'
import { pageAnswer, readAfter, readLimit, select, take } from '../http/paging.ts'
import type { RawJson } from '../http/raw-json.ts'
import type { ManagementRequest } from '../http/request.ts'
import { isId } from '../ids.ts'
import type { App } from '../state/app.ts'
import type { Org } from '../state/org.ts'
import { accessOf } from './app-access.ts'
import { signingKid } from './derived-id.ts'
import { showApp } from './show-app.ts'
import { showAppUser } from './show-app-user.ts'

const paging = { defaultLimit: 20, maxLimit: 200, keep: ['filter', 'q', 'expand'] }
const EXPANSION = /^user\/([^/]+)$/

/** `GET /api/v1/apps`: those that the caller's role reaches. */
export function listApps(request: ManagementRequest): Answer {
  const { org, query, principal } = request
  const fits = readFilter(org, query.get('filter'))
  const begins = (query.get('q') ?? '').toLowerCase()
  const reach = reachOf(principal.roles, 'apps.read')
  const expanded = readExpansion(request)
  if (expanded !== undefined && !namesUser(query.get('filter'), expanded)) throw malformedExpand()
  return appPage(request, (app) => {
    const named = [app.name, app.label].some((text) => text.toLowerCase().startsWith(begins))
    return named && reachesApp(reach, app) && fits(app)
  })
}

/** A page of the apps that fit. Also the answer of `GET /api/v1/groups/{id}/apps`. */
export function appPage(request: ManagementRequest, fits: (app: App) => boolean): Answer {
  const limit = readLimit(request, paging)
  const { rows, more } = take(select(request.org.apps.after(readAppCursor(request)), fits), limit)
  const items = rows.map((app) => showExpandedApp(request, app))
  return pageAnswer(
    request,
    { items, next: more ? rows.at(-1)?.id : undefined },
    {
      limit,
      keep: paging.keep,
    },
  )
}

/**
 * The cursor of a list of apps: the id of the last one.
 *
 * @throws {RefusedRequest} `E0000029` for what cannot be one.
 */
export function readAppCursor(request: ManagementRequest): string | undefined {
  const after = readAfter(request)
  if (after === undefined || isId(after, 'app')) return after
  throw invalidCursor()
}

/** `E0000029` as Okta says it of a cursor. */
export function invalidCursor() {
  return oktaError('E0000029', { causes: ['Invalid cursor.'] })
}

/** An app with the user that `expand=user/{id}` asks for, if that user is assigned. */
export function showExpandedApp(
  request: ManagementRequest,
  app: App,
): Readonly<Record<string, unknown>> | RawJson {
  const userId = readExpansion(request)
  const recorded = request.org.recorded.of(app)
  if (recorded !== undefined && userId === undefined) return recorded
  const view = showApp(request, app)
  const access = userId === undefined ? undefined : accessOf(request.org, app.id, userId)
  if (access === undefined) return view
  return { ...view, _embedded: { user: showAppUser(request, app, access) } }
}

function readExpansion({ query }: ManagementRequest): string | undefined {
  const expand = query.get('expand')
  if (expand === null || expand === '') return undefined
  const userId = EXPANSION.exec(expand)?.[1]
  if (userId === undefined) throw malformedExpand()
  return userId
}

function malformedExpand() {
  return invalid('RequestParams', 'Expand query is malformed.')
}

function namesUser(filter: string | null, userId: string): boolean {
  return filter?.includes('user.id') === true && filter.includes(`"${userId}"`)
}

function readFilter(org: Org, text: string | null): (app: App) => boolean {
  if (text === null || text.trim() === '') return () => true
  try {
    const expression = parseExpression(text)
    return compile(expression, rulesOf(org, valuesOf(expression, 'user.id')))
  } catch (error) {
    if (error instanceof ExpressionError) throw oktaError('E0000031', { causes: [error.message] })
    throw error
  }
}

// `userIds` are those that the expression names: whether they are assigned is asked, instead of who is.
function rulesOf(org: Org, userIds: readonly string[]): ExpressionRules<App> {
  const attributes: ReadonlyMap<string, Attribute<App>> = new Map([
    ['id', text(({ id }) => id)],
    ['status', text(({ status }) => status)],
    ['name', text(({ name }) => name)],
    [
      'credentials.signing.kid',
      text(({ signOnMode }) => (signOnMode === 'OPENID_CONNECT' ? signingKid(org) : null)),
    ],
    [
      'user.id',
      text(({ id }) => userIds.filter((userId) => accessOf(org, id, userId) !== undefined)),
    ],
    ['group.id', text(({ id }) => [...(org.appGroups.get(id) ?? [])].map((group) => group.id))],
    [
      'settings.slo.enabled',
      {
        kind: 'boolean',
        operators: ['eq'],
        get: ({ oauth }) => oauth?.settings['participate_slo'] ?? false,
      },
    ],
  ])
  return { find: (path) => attributes.get(path) }
}

function text(get: (app: App) => unknown): Attribute<App> {
  return { kind: 'string', operators: ['eq'], caseSensitive: true, get }
}

function valuesOf(expression: Expression, path: string): readonly string[] {
  if (expression.kind === 'not') return valuesOf(expression.part, path)
  if (expression.kind !== 'test') return expression.parts.flatMap((part) => valuesOf(part, path))
  return expression.path === path ? [String(expression.value)] : []
}
