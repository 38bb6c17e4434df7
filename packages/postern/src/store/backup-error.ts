/** @module Why a backup cannot be restored. */

import { PosternError } from '@postern/core'

/** What can be wrong with a backup, or with where it is to go. */
export type BackupErrorCode =
  | 'backup_damaged'
  | 'backup_newer'
  | 'backup_not_one'
  | 'backup_store_not_empty'

/** A backup that is not restored. Nothing was written. */
export class BackupError extends PosternError<BackupErrorCode> {
  override readonly name = 'BackupError'
}
