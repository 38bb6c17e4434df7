/** @module A refusal of Postern's own API as a command's error. */

import { type ErrorDetails, PosternError } from '@postern/core'

/** What the API refused: code, sentence and remedy are its own. */
export class ApiProblem extends PosternError {
  override readonly name = 'ApiProblem'
  /** The HTTP status that it came with. */
  readonly status: number

  constructor(
    code: string,
    observed: string,
    options: {
      readonly remedy: string
      readonly status: number
      readonly details?: ErrorDetails
      readonly cause?: unknown
    },
  ) {
    super(code, observed, options)
    this.status = options.status
  }
}

/**
 * The error for a problem document.
 *
 * @see RFC 9457 - with `code`, `remedy` and `details` as members of its own
 */
export function problemOf(document: unknown, status: number): ApiProblem {
  const members = typeof document === 'object' && document !== null ? document : {}
  const { code, detail, remedy, details, problems }: Record<string, unknown> = { ...members }
  if (typeof code !== 'string' || typeof detail !== 'string' || typeof remedy !== 'string') {
    return new ApiProblem(
      'server_answer_unreadable',
      `The server answered ${status}, and no problem.`,
      {
        remedy: 'Check that what answers there is this version of Postern; restart postern start.',
        status,
      },
    )
  }
  const facts = typeof details === 'object' && details !== null ? details : {}
  const all = problems === undefined ? {} : { problems }
  return new ApiProblem(code, detail, { remedy, status, details: { ...facts, ...all } })
}
