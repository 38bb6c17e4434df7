/** @module What a caller may do with actions. */

import type { Action } from '@postern/core'

/** An action as far as rules are about it. */
export type RuledAction = Pick<Action, 'name' | 'effect'>

/** `direct`: the caller runs it. `planned`: it is planned, and applied once somebody else approved the plan. */
export type ActionRight = 'direct' | 'planned'

/** What the rules of a caller give of actions. */
export interface ActionRights {
  /** Undefined where nothing gives the action on the connection. */
  actionRight(connection: string, action: RuledAction): ActionRight | undefined
}
