/** @module What of a credential is handed out: tokens and proofs of service apps. An API token never is. */

import { PosternError, type TokenSource } from '@postern/core'
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

/** The source of a connection's tokens. @throws {HandOutError} `token_not_for_api_token` */
export function requireTokens(
  open: OpenConnection,
): OpenConnection & { readonly tokens: TokenSource } {
  const { tokens, row } = open
  if (tokens !== undefined) return { ...open, tokens }
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
