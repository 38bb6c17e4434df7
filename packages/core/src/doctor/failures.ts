/** @module An error that ended a check, as a finding. */

import type { PosternError } from '../error.ts'
import { membersOf, textOf } from '../org/members.ts'
import { UpstreamError } from '../transport.ts'
import type { Examination } from './examination.ts'
import { fromError, type Observation } from './finding.ts'
import { problem } from './problems.ts'
import { rateLimitProblem } from './rate-limit-problem.ts'

/** The finding for an error: with the figures of the answer behind it, where they tell more. */
export function explainFailure(examination: Examination, error: PosternError): Observation {
  if (!(error instanceof UpstreamError)) return fromError(error)
  if (error.code === 'rate_limited') {
    const refused = examination.exchanges.all.findLast(({ status }) => status === 429)
    const what = `${refused?.method ?? ''} ${refused?.path ?? ''} was answered 429`.trimStart()
    return rateLimitProblem(what, refused?.headers ?? new Headers())
  }
  if (textOf(membersOf(error.details, 'okta'), 'errorCode') === 'E0000010') {
    const { message, details } = error
    return problem('org_read_only', message, { details })
  }
  return fromError(error)
}
