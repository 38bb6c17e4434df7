/** @module What is special to one authorization server: whom it serves, which scopes it gives, what its tokens say. */

import type { ClientApp } from '../state/clients.ts'
import type { SigningKey } from '../state/signing-keys.ts'
import type { EventType } from '../system-log/event-messages.ts'

/** An authorization server, as far as the token endpoint differs by it. */
export interface TokenServer {
  readonly issuer: string
  readonly audience: string
  readonly tokenLifeSeconds: number
  /** What `expires_in` says. */
  readonly toldLifeSeconds: number
  readonly signingKey: SigningKey
  /** The `typ` in the header of its access tokens; absent where there is none. */
  readonly tokenType?: string
  /** The event of the System Log for a token that was asked for. */
  readonly grantEvent: EventType
  /** @throws {OauthRefusal} where it takes no client credentials at all. */
  requireGrant(): void
  /** @throws {OauthRefusal} for a client, proven by now, that it does not serve. */
  requireClient(client: ClientApp): void
  /**
   * The scopes that a client gets for those it asks for.
   *
   * @throws {OauthRefusal} where it gets none, or asks for what nobody gets.
   */
  grantScopes(client: ClientApp, requested: readonly string[]): readonly string[]
}
