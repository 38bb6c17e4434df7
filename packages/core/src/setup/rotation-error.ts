/** @module Why a rotation stopped, most of the time before anything was changed. */

import { PosternError } from '../error.ts'

/** What can stop a rotation, beyond what the org itself refuses. */
export type RotationErrorCode =
  | 'rotation_needs_super_admin'
  | 'rotation_needs_admin'
  | 'rotation_app_unfit'
  | 'rotation_keys_elsewhere'
  | 'rotation_old_key_unknown'
  | 'rotation_new_key_unknown'
  | 'rotation_same_key'
  | 'rotation_key_without_kid'
  | 'rotation_kid_taken'
  | 'rotation_too_many_keys'
  | 'rotation_unproven'
  | 'rotation_only_key'
  | 'rotation_too_early'
  | 'rotation_out_of_order'
  | 'rotation_state_invalid'

/** A rotation that cannot go on. The key in use stays in use. */
export class RotationError extends PosternError<RotationErrorCode> {
  override readonly name = 'RotationError'
}
