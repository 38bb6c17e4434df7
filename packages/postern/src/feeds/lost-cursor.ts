/** @module Whether an error says that a cursor leads nowhere any more. */

import { PosternError } from '@postern/core'

/** Whether the org, or the input, refused the cursor: what was read with it begins anew. */
export function isLostCursor(error: unknown): boolean {
  if (!(error instanceof PosternError)) return false
  const codes: readonly unknown[] = [error.code, error.details['because']]
  return codes.includes('cursor_rejected') || codes.includes('input_cursor_invalid')
}
