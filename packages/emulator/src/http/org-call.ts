/** @module One request as an org's gateway notes it: when it came, how it was counted, what it was told. */

import type { Answer } from './answer.ts'
import type { Bucket } from './buckets.ts'
import type { Settled, UnroutedRequest } from './exchange.ts'
import { type RateFigures, type RateState, rateHeaderNames } from './rate-limit.ts'
import type { Router } from './router.ts'

/** One request, and what became of it. */
export interface OrgCall {
  /** When it came, by the org's clock, in milliseconds since the epoch. */
  readonly atMs: number
  readonly method: string
  readonly path: string
  /** `none` also where there is no such route. */
  readonly bucket: Bucket
  /** Absent where the connection ended without an answer. */
  readonly status?: number
  /** How it was counted. Absent where it was not: the bucket has no limit, or something before the org answered. */
  readonly counted?: RateState
  /** What the answer said of the limit: that of the count, unless a fault stood between. */
  readonly told?: RateFigures
}

/** Notes a request that came at a time, and what was sent. */
export function noteCall(
  request: UnroutedRequest,
  atMs: number,
  router: Router,
  { sent, counted }: { readonly sent?: Answer | undefined; readonly counted?: Settled['counted'] },
): OrgCall {
  const { method, path } = request
  const found = router.find(method, path)
  const told = sent && figuresOf(sent)
  return {
    ...{ atMs, method, path },
    bucket: typeof found === 'string' ? 'none' : found.route.bucket,
    ...(sent === undefined ? {} : { status: sent.status }),
    ...(counted === undefined ? {} : { counted }),
    ...(told === undefined ? {} : { told }),
  }
}

function figuresOf({ headers = {} }: Answer): RateFigures | undefined {
  // Of a header that came twice, the caller's own figure is the first.
  const [limit, remaining, resetSeconds] = rateHeaderNames.map((name) =>
    Number([headers[name]].flat()[0] ?? Number.NaN),
  )
  if (limit === undefined || remaining === undefined || resetSeconds === undefined) return undefined
  return Number.isNaN(limit + remaining + resetSeconds)
    ? undefined
    : { limit, remaining, resetSeconds }
}
