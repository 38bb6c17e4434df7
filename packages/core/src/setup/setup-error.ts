/** @module Why a setup, its guide, its undoing or a repair stopped. Nothing is lost: it goes on where it stopped. */

import { PosternError } from '../error.ts'

/** What can stop a setup, beyond what the org itself refuses. */
export type SetupErrorCode =
  | 'setup_prerequisite_missing'
  | 'setup_plan_invalid'
  | 'setup_state_invalid'
  | 'setup_app_missing'
  | 'setup_unproven'
  | 'setup_guided'
  | 'setup_repair_impossible'

/** A setup that cannot go on. */
export class SetupError extends PosternError<SetupErrorCode> {
  override readonly name = 'SetupError'
}
