/** @module Why a secret cannot be sealed or unsealed. */

import { PosternError } from '@postern/core'

/** What can be wrong with a secret of the store. */
export type SealErrorCode = 'seal_broken' | 'seal_locked'

/** A secret that cannot be opened, or closed. Names its place, never its content. */
export class SealError extends PosternError<SealErrorCode> {
  override readonly name = 'SealError'
}
