/** @module Routes of what a browser loads: the Connect page, the console, their assets, and the script of a page that embeds the first. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../api.ts'
import type { Incoming } from '../incoming.ts'
import { ServerError } from '../problem.ts'
import { type WebFile, WebFiles } from '../web-files.ts'

const tag = 'pages'
const DAY_SECONDS = 86_400
const YEAR_SECONDS = 365 * DAY_SECONDS

/** Adds the routes. @param files - default: as they were built. */
export function addPageRoutes(api: Api, files = new WebFiles()): void {
  const requireFile = (path: string) => files.find(path) ?? notFound()
  api.add(
    {
      method: 'get',
      path: '/connect/',
      operationId: 'getConnectPage',
      tag,
      summary: 'The page on which a person connects an org; its session stands in the fragment.',
      access: 'public',
      fromOtherSites: true,
      answer: z.string(),
      answerType: 'text/html',
    },
    ({ services, request }) =>
      answerWith(requireFile('connect/index.html'), request, {
        'cache-control': 'no-store',
        ...connectHeaders(services.connectOrigins),
      }),
  )
  addConsole(api, requireFile)
  api.add(
    {
      method: 'get',
      path: '/connect/embed.js',
      operationId: 'getConnectScript',
      tag,
      summary:
        'The script with which a page of an allowed origin opens or embeds the Connect page.',
      access: 'public',
      fromOtherSites: true,
      answer: z.string(),
      answerType: 'text/javascript',
    },
    ({ request }) =>
      answerWith(requireFile('connect/embed.js'), request, {
        'cache-control': `public, max-age=${DAY_SECONDS}`,
        'cross-origin-resource-policy': 'cross-origin',
      }),
  )
  api.add(
    {
      method: 'get',
      path: '/assets/{file}',
      operationId: 'getAsset',
      tag,
      summary: 'What the pages load. The names change with the content.',
      access: 'public',
      params: z.object({ file: z.string() }),
      answer: z.string(),
      answerType: 'text/javascript',
      refusals: ['route_not_found'],
    },
    ({ params: { file }, request }) =>
      answerWith(requireFile(`assets/${file}`), request, {
        'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
        'cross-origin-resource-policy': 'same-origin',
      }),
  )
}

/** Each view of the console has its own address; all of them are one page, which knows by that what to show. */
function addConsole(api: Api, requireFile: (path: string) => WebFile): void {
  const page = {
    method: 'get',
    tag,
    access: 'public',
    fromOtherSites: true,
    answer: z.string(),
    answerType: 'text/html',
  } as const
  const answer = ({ request }: { readonly request: Incoming }) =>
    answerWith(requireFile('console/index.html'), request, consoleHeaders)
  api.add(
    {
      ...page,
      path: '/console/',
      operationId: 'getConsole',
      summary: 'The console: what runs, what is wrong, and what to do.',
    },
    answer,
  )
  api.add(
    {
      ...page,
      path: '/console/{view}',
      operationId: 'getConsoleView',
      summary: 'One view of the console, whose path has as many segments as it needs.',
      takesRest: true,
      params: z.object({ view: z.string() }),
    },
    answer,
  )
}

const consoleHeaders = {
  'cache-control': 'no-store',
  ...pageHeaders([]),
  'cross-origin-opener-policy': 'same-origin',
}

/** @param connectOrigins - whose pages may frame the Connect page. */
function connectHeaders(connectOrigins: readonly string[]): Readonly<Record<string, string>> {
  // A page that opens this one in a window hears from it that it is done.
  return { ...pageHeaders(connectOrigins), 'cross-origin-opener-policy': 'unsafe-none' }
}

/**
 * What a browser may do with a page: nothing but load and ask this origin, and be framed by the origins that are given.
 *
 * @see Content Security Policy Level 3, section 6 - the directives; frame-ancestors supersedes X-Frame-Options
 */
function pageHeaders(framedBy: readonly string[]): Readonly<Record<string, string>> {
  const isFramed = framedBy.length > 0
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${isFramed ? framedBy.join(' ') : "'none'"}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isFramed ? {} : { 'x-frame-options': 'DENY' }),
  }
}

function answerWith(
  { type, bytes, gzip }: WebFile,
  request: Incoming,
  headers: Readonly<Record<string, string>>,
): Response {
  const isCompressed = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  return new Response(isCompressed ? gzip : bytes, {
    headers: {
      'content-type': type,
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      ...headers,
    },
  })
}

function notFound(): never {
  throw new ServerError('route_not_found', 'There is no such file.', {
    remedy: 'Load the page again: its files have other names since it was loaded.',
  })
}
