/** @module What of a credential is handed out: tokens and proofs of service apps. An API token never is. */

import { z } from '@hono/zod-openapi'
import {
  formatScopes,
  PosternError,
  parseScopes,
  type Token,
  type TokenSource,
} from '@postern/core'
import type { Connections } from '../connections/connections.ts'
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

/** A token, and the source that keeps it. */
export interface HandedToken {
  readonly token: Token
  readonly tokens: TokenSource
}

/** Which token is asked for. */
export interface TokenRequest {
  /** The connection. */
  readonly name: string
  /** Scopes of the connection; default: all. */
  readonly scopes: string | readonly string[] | undefined
}

/** The token that a connection keeps; undefined where one has to be asked for. @throws as {@link askForToken} */
export function keptToken(
  open: OpenConnection,
  { scopes: asked }: Pick<TokenRequest, 'scopes'>,
): HandedToken | undefined {
  const { tokens, row } = requireTokens(open)
  const token = tokens.kept(asked === undefined ? undefined : scopesOfConnection(row, asked))
  return token && { token, tokens }
}

/**
 * A token of a connection as it is when the token is there: where its key is replaced while one is waited for, neither the token of
 * the old key nor its refusal is what the caller gets.
 *
 * @throws what {@link requireTokens}, {@link scopesOfConnection} and the source throw.
 */
export async function askForToken(
  connections: Connections,
  { name, scopes: asked }: TokenRequest,
  signal: AbortSignal,
): Promise<HandedToken> {
  const open = async () => connections.opened(name) ?? (await connections.open(name))
  for (let opened = requireTokens(await open()); ; ) {
    const { tokens, row } = opened
    const scopes = asked === undefined ? undefined : scopesOfConnection(row, asked)
    const coming = tokens.token({ scopes, signal })
    await coming.catch(() => undefined)
    signal.throwIfAborted()
    opened = requireTokens(await open())
    if (opened.tokens === tokens) return { token: await coming, tokens }
  }
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
