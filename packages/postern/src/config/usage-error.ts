/** @module A command that was called in a way it cannot work. */

import { PosternError } from '@postern/core'

/** What can be wrong with how a command was called. */
export type UsageErrorCode = 'usage_invalid' | 'secret_in_argument'

/** The command line, not the world, has to change. */
export class UsageError extends PosternError<UsageErrorCode> {
  override readonly name = 'UsageError'
}
