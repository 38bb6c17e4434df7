/** @module An error as it is kept with a run or a sink. */

import { PosternError } from '@postern/core'
import type { StoredError } from '../store/feed-values.ts'

/** What of an error is kept. One that nobody raised on purpose may hold anything, and is told in the log alone. */
export function storedErrorOf(error: unknown, code: string): StoredError {
  if (error instanceof PosternError) {
    return { code: error.code, message: error.message, remedy: error.remedy }
  }
  return {
    code,
    message: 'Something failed that was not expected.',
    remedy: 'Look for it in the log of the server; it is tried again.',
  }
}
