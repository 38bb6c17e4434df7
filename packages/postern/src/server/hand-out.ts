/** @module What of a credential is handed out: tokens and proofs of service apps. An API token never is. */

import { z } from '@hono/zod-openapi'
import { formatScopes, PosternError, parseScopes, type TokenSource } from '@postern/core'
import type { OpenConnection } from '../connections/opened-connection.ts'

/** Why nothing is handed out. */
export type HandOutErrorCode =
  | 'token_not_for_api_token'
  | 'token_scope_not_of_connection'
  | 'proof_foreign_url'

/** Something that is not handed out. */
export class HandOutError extends PosternError<HandOutErrorCode> {
  override readonly name = 'HandOutError'
}

/** The scopes of a request for a token. */
export const tokenScopes = z
  .union([z.string().max(16_384), z.array(z.string().max(200)).max(200)])
  .optional()
  .describe('Some of the scopes of the connection; default: all.')

type TokenConnection = OpenConnection & { readonly tokens: TokenSource }

/** The source of a connection's tokens. @throws {HandOutError} `token_not_for_api_token` */
export function requireTokens(open: OpenConnection): TokenConnection {
  if (hasTokens(open)) return open
  const { row } = open
  throw new HandOutError(
    'token_not_for_api_token',
    `Connection ${row.name} signs in with an API token, which does not leave Postern.`,
    {
      remedy:
        'Send requests through …/request, or connect a service app, whose tokens live an hour.',
      details: { connection: row.name },
    },
  )
}

function hasTokens(open: OpenConnection): open is TokenConnection {
  return open.tokens !== undefined
}

/** The scopes that are asked for, all of them of the connection. @throws {ScopeError}; {HandOutError} `token_scope_not_of_connection` */
export function scopesOfConnection(
  { settings }: OpenConnection['row'],
  text: string | readonly string[],
): readonly string[] {
  const customAuthorizationServer = settings.authorizationServerId !== undefined
  const { scopes } = parseScopes(text, { customAuthorizationServer })
  const foreign = scopes.filter((scope) => settings.scopes?.includes(scope) !== true)
  if (foreign.length === 0) return scopes
  throw new HandOutError(
    'token_scope_not_of_connection',
    `The connection does not have ${foreign.length} of the scopes that were asked for.`,
    {
      remedy: `Ask for some of ${formatScopes(settings.scopes ?? [])}, or leave the scopes out.`,
      details: { scopes: settings.scopes },
    },
  )
}
