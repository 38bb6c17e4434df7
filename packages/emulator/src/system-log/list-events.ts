/** @module GET /api/v1/logs. */

import { reachOf } from '../authorization/permissions.ts'
import type { Answer } from '../http/answer.ts'
import type { ApiRequest, ManagementRequest } from '../http/request.ts'
import { readMatch } from './event-match.ts'
import { type EventPage, readPage } from './event-page.ts'
import { type LogQuery, readLogQuery } from './log-query.ts'

/**
 * Answers a request to the System Log.
 *
 * @throws {RefusedRequest} 400 in the log's own form for what is asked wrongly.
 * @see Okta, "System log query" - polling and bounded requests
 */
export function listEvents(request: ManagementRequest): Answer {
  const query = readLogQuery(request)
  const match = readMatch(request)
  const isHidden = reachOf(request.principal.roles, 'logs.read') === 'nothing'
  const page = isHidden ? emptyPage(query) : readPage(request.org, query, match)
  return {
    status: 200,
    rows: page.events,
    headers: { Link: logLinks(request, query, page.next) },
  }
}

// Whoever may see no events has seen none: polling stays where it is.
function emptyPage(query: LogQuery): EventPage {
  return { events: [], next: query.kind === 'polling' ? query.cursor : undefined }
}

const repeated = ['since', 'until', 'filter', 'q', 'sortOrder', 'limit']

// The parameters stay in the order of the request; the cursor comes last.
function logLinks(request: ApiRequest, query: LogQuery, next: string | undefined): string[] {
  const link = (after: string | undefined, relation: string) => {
    const parameters = new URLSearchParams()
    for (const [name, value] of request.query) {
      const isRepeated = repeated.includes(name) && !parameters.has(name)
      if (isRepeated && !(relation === 'next' && name === 'since' && dropsSince(request, query)))
        parameters.set(name, value)
    }
    parameters.set('limit', String(query.limit))
    if (after !== undefined) parameters.set('after', after)
    return `<${request.baseUrl}${request.path}?${parameters}>; rel="${relation}"`
  }
  const self = link(request.query.get('after') || undefined, 'self')
  return next === undefined ? [self] : [self, link(next, 'next')]
}

// A link must not lead to a refusal.
function dropsSince({ org }: ApiRequest, { kind }: LogQuery): boolean {
  return kind === 'polling' && org.assumptions.logSinceWithAfter === 'refused'
}
