/** @module Why an action is refused, or what became of it is not known. */

import { PosternError } from '../error.ts'

/** What can go wrong with an action beside what its requests run into. */
export type ActionErrorCode =
  | 'action_unknown'
  | 'action_arguments_invalid'
  | 'action_object_not_found'
  | 'action_object_ambiguous'
  | 'action_object_exists'
  | 'action_group_not_editable'
  | 'action_access_from_group'
  | 'action_membership_from_rule'
  | 'action_status_unsuitable'
  | 'action_scope_missing'
  | 'action_role_missing'
  | 'action_outcome_unknown'
  | 'action_path_refused'
  | 'action_effects_changed'
  | 'action_declaration_invalid'

/** An action that was refused; or, of `action_outcome_unknown`, one of which nobody can say whether it was done. */
export class ActionError extends PosternError<ActionErrorCode> {
  override readonly name = 'ActionError'
}
