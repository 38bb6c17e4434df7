/** @module Who calls, and what they may do. */

import type { Verb } from '../config/access-rules.ts'
import type { Caller } from '../store/audit.ts'
import type { Permissions } from './permissions.ts'
import { connectionNotFound, ServerError } from './problem.ts'

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
