/** @module Who calls, and what they may do. */

import { showHostile } from '@postern/core'
import type { Verb } from '../config/access-rules.ts'
import { maxNameCharacters } from '../config/connection-name.ts'
import {
  connectionNotFound,
  type StoredConnectionError,
} from '../connections/stored-connection-error.ts'
import type { Caller } from '../store/audit.ts'
import type { ConnectSessionRow } from '../store/connect-sessions.ts'
import type { ConsoleSession } from './console/sessions.ts'
import type { Permissions } from './permissions.ts'
import { ServerError } from './problem.ts'

/** Who makes a request. */
export class RequestCaller {
  /** For the audit log. */
  readonly by: Caller
  readonly permissions: Permissions

  /** When its access key ends, if it does. */
  readonly expiresAt: Date | undefined
  readonly #session: ConnectSessionRow | undefined
  readonly #console: ConsoleSession | undefined

  constructor(
    by: Caller,
    permissions: Permissions,
    of: {
      readonly expiresAt?: Date | undefined
      readonly session?: ConnectSessionRow
      readonly console?: ConsoleSession
    } = {},
  ) {
    this.by = by
    this.permissions = permissions
    this.expiresAt = of.expiresAt
    this.#session = of.session
    this.#console = of.console
  }

  /** The Connect session whose person it is, as it was when the request came. */
  get session(): ConnectSessionRow {
    if (this.#session === undefined) throw new TypeError('This route is for no Connect session.')
    return this.#session
  }

  /** Whether it is a browser in which somebody is signed in to the console. */
  get isSignedIn(): boolean {
    return this.#console !== undefined
  }

  /** The console session of whoever is signed in. */
  get console(): ConsoleSession {
    if (this.#console === undefined) throw new TypeError('This route is for no console session.')
    return this.#console
  }

  /** Whether the caller has the verb on a connection; without one, on every connection. */
  may(verb: Verb, connection?: string): boolean {
    return this.permissions.may(verb, connection)
  }

  /**
   * @throws {StoredConnectionError} `connection_not_found` where the caller may do nothing with that connection, whether
   *   it is there or not; {@link ServerError} `access_denied` where it may do other things with it.
   */
  requireVerb(verb: Verb, connection?: string): void {
    if (this.permissions.may(verb, connection)) return
    if (connection !== undefined && !this.permissions.maySee(connection))
      throw hiddenConnection(connection)
    const where = connection === undefined ? 'every connection (*)' : 'this connection'
    const [who, remedy] =
      this.#console?.kind === 'person'
        ? [
            `${this.by.actor} does`,
            `Ask whoever runs this server for a group whose rules under signIn give ${verb}.`,
          ]
        : [
            'This access key does',
            `Use an access key that has a rule with ${verb}, or have one made with \`postern access add\`.`,
          ]
    throw new ServerError('access_denied', `${who} not have ${verb} on ${where}.`, {
      remedy,
      details: { verb },
    })
  }
}

/** The refusal of a connection that is not there, or that the caller may not see: nobody can tell them apart. */
export function hiddenConnection(name: string): StoredConnectionError {
  return connectionNotFound(showHostile(name, { maxCharacters: maxNameCharacters }))
}
