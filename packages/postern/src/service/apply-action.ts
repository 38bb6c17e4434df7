/** @module Makes an action what a configuration file declares. */

import type { KnownActions } from '../actions/known-actions.ts'
import { declarationOf } from '../config/action-declaration.ts'
import type { DeclaredAction } from '../config/file/declared.ts'
import { type Applied, byConfig } from './applied.ts'

/**
 * Declares the action, where it is not as the file says.
 *
 * @throws {ActionError} `action_declaration_invalid`; the action is then as it was before.
 */
export async function applyAction(
  { name, members }: DeclaredAction,
  knownActions: KnownActions,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  return { outcome: await knownActions.declare(name, declarationOf(members), byConfig) }
}
