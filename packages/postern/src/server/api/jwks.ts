/** @module The key sets that Okta fetches: of apps that are set to "Use a URL to fetch keys dynamically", with a URL of ours. */

import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { publicJwks } from '@postern/core'
import { isConnectionName } from '../../config/connection-name.ts'
import { keySetMaxAgeSeconds } from '../../connections/kept-rotation.ts'
import type { Api } from '../api.ts'
import { ServerError } from '../problem.ts'
import { publicJwk } from './public-jwk.ts'

/** Adds the route. */
export function addJwksRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/jwks/{file}',
      operationId: 'getKeySet',
      tag: 'keys',
      summary:
        "Publishes the public keys of a connection's app, where Okta fetches them from here.",
      access: 'public',
      params: z.object({ file: z.string().describe('The name of the connection and .json.') }),
      answer: z.object({ keys: z.array(publicJwk) }),
      refusals: ['key_set_not_found'],
    },
    async ({ services, params: { file }, request }) => {
      const name = /^(.+)\.json$/.exec(file)?.[1] ?? ''
      const keys = isConnectionName(name) ? await services.keySets.read(name) : undefined
      if (keys === undefined) throw notFound()
      const body = JSON.stringify(publicJwks(keys.map((jwk) => ({ publicJwk: jwk }))))
      return answerWith(body, request.headers.get('if-none-match'))
    },
  )
}

/** @see RFC 9110, sections 8.8.3 and 13.1.2 - entity tags, and asking for what has another one */
function answerWith(body: string, known: string | null): Response {
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  const headers = { etag, 'cache-control': `public, max-age=${keySetMaxAgeSeconds}` }
  const tags = known?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  if (tags.includes(etag) || tags.includes('*')) return new Response(null, { status: 304, headers })
  return new Response(body, { headers: { 'content-type': 'application/json', ...headers } })
}

/** The same for a name that nobody has and for an app whose keys Okta keeps: names cannot be found out here. */
function notFound(): ServerError {
  return new ServerError('key_set_not_found', 'No key set is published here.', {
    remedy:
      'Set the app up with --keys url, or correct the URL under General > Client Credentials > Use a URL to fetch keys dynamically.',
  })
}
