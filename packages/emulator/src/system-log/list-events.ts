/** @module GET /api/v1/logs. */

import type { Answer } from '../http/answer.ts'
import type { ApiRequest } from '../http/request.ts'
import { readMatch } from './event-match.ts'
import { readPage } from './event-page.ts'
import { type LogQuery, readLogQuery } from './log-query.ts'

/**
 * Answers a request to the System Log.
 *
 * @throws {RefusedRequest} 400 in the log's own form for what is asked wrongly.
 * @see Okta, "System log query" - polling and bounded requests
 */
export function listEvents(request: ApiRequest): Answer {
  const query = readLogQuery(request)
  const page = readPage(request.org, query, readMatch(request))
  return {
    status: 200,
    text: `[${page.events.join(',')}]`,
    headers: { Link: logLinks(request, query, page.next) },
  }
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
