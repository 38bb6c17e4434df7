/** @module Why a folder cannot hold a setup. */

import { PosternError } from '@postern/core'

/** What can be wrong with the folder of a setup. */
export type FolderErrorCode =
  | 'folder_in_use'
  | 'folder_busy'
  | 'folder_not_writable'
  | 'folder_incomplete'
  | 'folder_damaged'

/** A folder that cannot be used. Names the folder, never what is in a file of it. */
export class FolderError extends PosternError<FolderErrorCode> {
  override readonly name = 'FolderError'
}
