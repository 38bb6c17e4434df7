/** @module Disturbances of the pages of a list and of the links between them. */

import type { Answer } from '../http/answer.ts'
import { answerOf, type UnroutedRequest } from '../http/exchange.ts'
import { oktaError } from '../http/okta-error.ts'
import { afterOrg, insteadOfOrg } from './disturbance.ts'
import type { Fault } from './fault.ts'

// Stands in the link to a page that is given a second time, so that this happens once to each page.
const AGAIN = 'again'

/** Faults of pages. */
export const pageFaults: readonly Fault[] = [
  linkFault(
    'foreign-link',
    'Something on the way rewrites the links.',
    'The next link of a list leads to another host',
    (next) => next.replace(/^https?:\/\/[^/]+/, 'https://acme.okta.com.attacker.example'),
  ),
  linkFault(
    'looping-link',
    'A list leads to itself.',
    'The next link of a list is that of the page itself',
    (_next, request) => urlOf(request),
  ),
  afterOrg(
    {
      name: 'link-missing-next',
      summary: 'Something on the way drops all but the first line of a header.',
      answers: 'A list ends after its first page',
    },
    (_request, answer) => {
      const { self, next } = linksOf(answer)
      return next === undefined ? undefined : { answer: withLinks(answer, self) }
    },
  ),
  afterOrg(
    {
      name: 'link-joined',
      summary: 'Something on the way joins the lines of a header.',
      answers: 'One Link line with both links, separated by a comma',
    },
    (_request, answer) => {
      const { self, next } = linksOf(answer)
      if (next === undefined) return undefined
      return { answer: withLinks(answer, [[...self, linkTo(next)].join(', ')]) }
    },
  ),
  linkFault(
    'link-with-commas',
    'The query of a link has commas and semicolons, as it may.',
    'The next link has `,` and `;` in its query',
    (next) => next.replace('?', '?hint=a,b;rel=%22prev%22,c&').replaceAll('%2C', ','),
  ),
  afterOrg(
    {
      name: 'duplicate-page',
      summary: 'A page comes twice.',
      answers: 'The next link leads to the rows of the same page once more, then on',
    },
    (request, answer) => repeatPage(request, answer),
  ),
  afterOrg(
    {
      name: 'empty-page-with-next',
      summary: 'A page has nothing on it, and yet more follows.',
      answers: '200 [] with a next link that leads to the rows',
    },
    (request, answer) => {
      const repeated = repeatPage(request, answer)
      return repeated && { answer: { ...repeated.answer, text: '[]' } }
    },
  ),
  insteadOfOrg(
    {
      name: 'cursor-refused',
      summary: 'A cursor is too old, or of another org.',
      answers: '400 E0000029 Invalid paging request. with the cause Invalid cursor.',
    },
    ({ query }) =>
      query.get('after')
        ? { answer: answerOf(oktaError('E0000029', { causes: ['Invalid cursor.'] })) }
        : undefined,
  ),
]

function linkFault(
  name: string,
  summary: string,
  answers: string,
  change: (next: string, request: UnroutedRequest) => string,
): Fault {
  return afterOrg({ name, summary, answers }, (request, answer) => {
    const { self, next } = linksOf(answer)
    if (next === undefined) return undefined
    return { answer: withLinks(answer, [...self, linkTo(change(next, request))]) }
  })
}

function repeatPage(request: UnroutedRequest, answer: Answer): { answer: Answer } | undefined {
  if (answer.status !== 200 || !hasRows(answer)) return undefined
  if (request.query.has(AGAIN)) return undefined
  const { self } = linksOf(answer)
  if (self.length === 0) return undefined
  const query = new URLSearchParams(request.query)
  query.set(AGAIN, '1')
  return { answer: withLinks(answer, [...self, linkTo(urlOf({ ...request, query }))]) }
}

function hasRows({ json, rows, text }: Answer): boolean {
  const list = rows ?? json
  return text === undefined && Array.isArray(list) && list.length > 0
}

function urlOf({ baseUrl, path, query }: UnroutedRequest): string {
  return `${baseUrl}${path}${query.size === 0 ? '' : `?${query}`}`
}

function linkTo(url: string): string {
  return `<${url}>; rel="next"`
}

interface Links {
  readonly self: readonly string[]
  /** The URL of the next page. */
  readonly next?: string
}

function linksOf({ headers = {} }: Answer): Links {
  const { Link: lines = [] } = headers
  const all = typeof lines === 'string' ? [lines] : lines
  const self = all.filter((line) => line.endsWith('rel="self"'))
  const [next] = all.flatMap((line) => /^<([^>]*)>; rel="next"$/.exec(line)?.[1] ?? [])
  return next === undefined ? { self } : { self, next }
}

function withLinks(answer: Answer, lines: readonly string[]): Answer {
  return { ...answer, headers: { ...answer.headers, Link: lines } }
}
