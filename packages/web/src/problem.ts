/** @module What is wrong with a value, in words that fit a page. */

import { PosternError } from '@postern/core'
import { texts } from './texts.ts'

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
  const { remedies } = texts
  return {
    code,
    message,
    remedy: Object.hasOwn(remedies, code) ? (remedies[code] ?? remedy) : remedy,
  }
}
