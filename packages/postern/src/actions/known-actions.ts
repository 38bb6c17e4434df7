/** @module What actions there are: those that are built in. */

import { type Action, actions, getAction } from '@postern/core'

/** The actions of a store. */
export class KnownActions {
  /** Every action, those of one connection alone where it is named. */
  async list(_connection?: string): Promise<readonly Action[]> {
    return actions
  }

  /** @throws {ActionError} `action_unknown` where there is none of that name on the connection. */
  async get(name: string, connection: string): Promise<Action> {
    return getAction(name, await this.list(connection))
  }
}
