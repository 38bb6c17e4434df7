/** @module Who calls, and what they may do. */

import type { AccessRule, Verb } from '../config/access-rules.ts'
import { everyConnection } from '../config/access-rules.ts'
import type { Caller } from '../store/audit.ts'
import { connectionNotFound, ServerError } from './problem.ts'

/** What the rules of an access key add up to. */
export class Permissions {
  readonly rules: readonly AccessRule[]
  readonly #connections = new Map<Verb, Set<string>>()
  readonly #visible = new Set<string>()

  constructor(rules: readonly AccessRule[]) {
    this.rules = rules
    for (const { connections, verbs } of rules) {
      for (const connection of connections) this.#visible.add(connection)
      for (const verb of verbs) {
        const names = this.#connections.get(verb) ?? new Set()
        for (const connection of connections) names.add(connection)
        this.#connections.set(verb, names)
      }
    }
  }

  /** Whether the verb is given on a connection; without one, on every connection. */
  may(verb: Verb, connection: string = everyConnection): boolean {
    const names = this.#connections.get(verb)
    return names !== undefined && (names.has(everyConnection) || names.has(connection))
  }

  /** Whether the verb is given on any connection. */
  maySomewhere(verb: Verb): boolean {
    return this.#connections.has(verb)
  }

  /** Whether any verb is given on a connection. What a caller may not see is as if it were not there. */
  maySee(connection: string): boolean {
    return this.#visible.has(everyConnection) || this.#visible.has(connection)
  }
}

/** The permissions of somebody without an access key. */
export const noPermissions = new Permissions([])

/** Who makes a request. */
export class RequestCaller {
  /** For the audit log. */
  readonly by: Caller
  readonly permissions: Permissions

  constructor(by: Caller, permissions: Permissions) {
    this.by = by
    this.permissions = permissions
  }

  /** Whether the caller has the verb on a connection; without one, on every connection. */
  may(verb: Verb, connection?: string): boolean {
    return this.permissions.may(verb, connection)
  }

  /**
   * @throws {ServerError} `connection_not_found` where the caller may do nothing with that connection, whether it is
   *   there or not; `access_denied` where it may do other things with it.
   */
  require(verb: Verb, connection?: string): void {
    if (this.permissions.may(verb, connection)) return
    if (connection !== undefined && !this.permissions.maySee(connection))
      throw connectionNotFound(connection)
    const where = connection === undefined ? 'every connection (*)' : 'this connection'
    throw new ServerError('access_denied', `This access key does not have ${verb} on ${where}.`, {
      remedy: `Use an access key that has a rule with ${verb}, or have one made with \`postern access add\`.`,
      details: { verb },
    })
  }
}
