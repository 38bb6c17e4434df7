/** @module Whether an error says that a cursor leads nowhere any more. */

import { PosternError } from '@postern/core'

const LOST: ReadonlySet<unknown> = new Set(['cursor_rejected', 'input_cursor_invalid'])

/**
 * Whether the org, or the input, refused a request because of its cursor: what was read with it begins anew. Only for who sent
 * one.
 */
export function isLostCursor(error: unknown): boolean {
  if (!(error instanceof PosternError)) return false
  return LOST.has(error.code) || LOST.has(error.details['because'])
}

/**
 * The same for the System Log. Okta has no one answer for a cursor of it that is too old, and a link goes on saying `since`, which
 * may be no older than 180 days. What is asked for with the cursor was taken before without it, so whatever the request is
 * refused for is the cursor's.
 */
export function isLostLogCursor(error: unknown): boolean {
  if (isLostCursor(error)) return true
  if (!(error instanceof PosternError)) return false
  return error.code === 'request_refused' || error.details['because'] === 'request_refused'
}
