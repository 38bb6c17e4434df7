/** @module Routes of what a browser loads: the Connect page, its assets, and the script of a page that embeds it. */

import { z } from '@hono/zod-openapi'
import type { Api } from '../api.ts'
import type { Incoming } from '../incoming.ts'
import { ServerError } from '../problem.ts'
import { type WebFile, WebFiles } from '../web-files.ts'

const tag = 'pages'
const DAY_SECONDS = 86_400
const YEAR_SECONDS = 365 * DAY_SECONDS

/** Adds the routes. */
export function addPageRoutes(api: Api): void {
  const files = new WebFiles()
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
        ...pageHeaders(services.connectOrigins),
      }),
  )
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

/**
 * What a browser may do with the page: nothing but load and ask this origin, and be framed by the origins that the operator
 * allows.
 *
 * @see Content Security Policy Level 3, section 6 - the directives; frame-ancestors supersedes X-Frame-Options
 */
function pageHeaders(connectOrigins: readonly string[]): Readonly<Record<string, string>> {
  const isFramed = connectOrigins.length > 0
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${isFramed ? connectOrigins.join(' ') : "'none'"}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    // A page that opens this one in a window hears from it that it is done.
    'cross-origin-opener-policy': 'unsafe-none',
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
