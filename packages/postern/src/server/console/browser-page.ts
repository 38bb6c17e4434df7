/** @module Small pages that a browser is answered on the way from a provider to the console: on it goes, or why not. */

import type { PosternError } from '@postern/core'
import { statusOf } from '../problem-status.ts'

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No script, no style, nothing to load: what a provider said stands in one of them.
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
}

/** A page that goes on to a path of this server, as a page of it: a redirect would still come from the provider. */
export function onwardPage(to: string, cookies: readonly string[]): Response {
  const link = escapeHtml(to)
  const head = `<meta http-equiv="refresh" content="0;url=${link}">`
  return answer(
    200,
    page('Signed in', head, `<p>Go on to <a href="${link}">the console</a>.</p>`),
    cookies,
  )
}

/** A page that says why somebody is not signed in, and what to do. */
export function refusalPage(
  error: PosternError,
  { requestId, cookies }: { readonly requestId: string; readonly cookies: readonly string[] },
): Response {
  const { code, message, remedy } = error
  const said = [
    `<h1>Not signed in</h1>`,
    `<p>${escapeHtml(message)}</p>`,
    `<p>${escapeHtml(remedy)}</p>`,
  ]
  const facts = `<p><code>${escapeHtml(code)}</code>, request ${escapeHtml(requestId)}</p>`
  const back = `<p><a href="/console/">Back to the console</a></p>`
  return answer(
    statusOf(code),
    page('Not signed in', '', [...said, facts, back].join('\n')),
    cookies,
  )
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`
}

function answer(status: number, body: string, cookies: readonly string[]): Response {
  const response = new Response(body, { status, headers: HEADERS })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
