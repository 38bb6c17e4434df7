/** @module The route that hands out tokens. */

import { z } from '@hono/zod-openapi'
import { formatScopes, type Token } from '@postern/core'
import type { Api } from '../api.ts'
import { askForToken, keptToken, tokenScopes } from '../hand-out.ts'

const token = z
  .object({
    accessToken: z.string(),
    tokenType: z.enum(['Bearer', 'DPoP']),
    expiresInSeconds: z.int(),
    expiresAt: z.iso.datetime(),
    scopes: z.array(z.string()).readonly(),
    missingScopes: z.array(z.string()).readonly().describe('Asked for, and not granted.'),
    note: z
      .string()
      .optional()
      .describe('For a token that is bound to a key: how it can be used all the same.'),
  })
  .openapi('Token')

// Below it, what two clocks of one machine differ by.
const CLOCK_SET_MS = 1_000

/** Adds the route. */
export function addTokenRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/connections/{name}/token',
      operationId: 'getToken',
      tag: 'tokens',
      summary: 'Hands out an access token; the one that is kept, or a new one.',
      access: { verb: 'token', connection: 'name' },
      isDirect: true,
      params: z.object({ name: z.string() }),
      body: z.strictObject({ scopes: tokenScopes }),
      bodyOptional: true,
      answer: token,
      refusals: ['token_not_for_api_token', 'token_scope_not_of_connection', 'audit_unwritable'],
    },
    async (call) => {
      const { services, by, body, params } = call
      const { name } = params
      const { connections, auditBatch, clock } = services
      const { scopes } = body
      const open = connections.opened(name)
      const kept = open && keptToken(open, { scopes })
      const { token: got, tokens } =
        kept ?? (await askForToken(connections, { name, scopes }, call.signal))
      const now = clock.now().getTime()
      const toldMs = got.expiresAt.getTime() - now
      const leftMs = tokens.lifeLeftMs(got) ?? toldMs
      const deed = { action: 'token.hand-out', connection: name, outcome: 'ok' }
      const { details, answer } = handOutOf(got)
      const unwritten = auditBatch.add({ ...by, ...deed, details })
      if (unwritten !== undefined) await unwritten
      const handed = {
        accessToken: got.accessToken.reveal(),
        expiresInSeconds: Math.max(0, Math.floor(leftMs / 1_000)),
        ...answer,
      }
      // The clock was set since the token came.
      if (Math.abs(leftMs - toldMs) > CLOCK_SET_MS)
        handed.expiresAt = new Date(now + leftMs).toISOString()
      return handed
    },
  )
}

const BOUND =
  'The token is bound to a key that Postern keeps, and Okta takes it with a proof of that key alone: get each request’s headers from …/proof, or send requests through …/request.'

/** What goes with a token however often it is handed out. */
interface HandOut {
  /** For the audit log. */
  readonly details: { readonly scopes: string }
  readonly answer: Omit<z.input<typeof token>, 'accessToken' | 'expiresInSeconds'>
}

const handOuts = new WeakMap<Token, HandOut>()

function handOutOf(got: Token): HandOut {
  const known = handOuts.get(got)
  if (known !== undefined) return known
  const answer = {
    tokenType: got.type,
    expiresAt: got.expiresAt.toISOString(),
    scopes: got.scopes,
    missingScopes: got.missingScopes,
    ...(got.type === 'DPoP' ? { note: BOUND } : {}),
  }
  const handOut = { details: { scopes: formatScopes(got.scopes) }, answer }
  handOuts.set(got, handOut)
  return handOut
}
