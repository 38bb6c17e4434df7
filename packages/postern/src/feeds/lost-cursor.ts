/** @module Whether an error says that a cursor leads nowhere any more. */

import { PosternError } from '@postern/core'

// Okta has no one answer for a cursor that is too old, and a link goes on saying `since`, which may be no older than 180 days.
// What was asked for with the cursor was taken before without it, so whatever the request is refused for is the cursor's.
const LOST: ReadonlySet<unknown> = new Set([
  'cursor_rejected',
  'input_cursor_invalid',
  'request_refused',
])

/**
 * Whether the org, or the input, refused a request because of its cursor: what was read with it begins anew. Only for who sent
 * one.
 */
export function isLostCursor(error: unknown): boolean {
  if (!(error instanceof PosternError)) return false
  return LOST.has(error.code) || LOST.has(error.details['because'])
}
