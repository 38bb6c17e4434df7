/** @module What is wrong with a value, in words that fit a page. */

import { PosternError } from '@postern/core'
import { remedyOf } from './remedy.ts'

/** One value that cannot be used, and what to do about it. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/**
 * What core refused a value for.
 *
 * @throws what is no refusal: a defect of the page.
 */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof PosternError)) throw error
  return worded(error)
}

/** The same problem with a remedy that names nothing of a command line, and no detail that the page leaves out. */
export function worded({ code, message, remedy }: Problem): Problem {
  return { code, message, remedy: remedyOf({ code, remedy }) ?? remedy }
}
