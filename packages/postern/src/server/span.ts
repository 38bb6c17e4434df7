/** @module A piece of time that a request asks about, cut into equal parts. */

import { z } from '@hono/zod-openapi'
import { ServerError } from './problem.ts'

/** A moment in a query. */
export const moment = z.iso.datetime({ offset: true })

/** A piece of time. */
export interface Span {
  readonly from: Date
  /** Not part of it. */
  readonly to: Date
  readonly binSeconds: number
}

const HOUR_SECONDS = 3_600
const DAY_MS = 86_400_000

// Whole hours are counted already: parts that are nearly as long become them.
const NEARLY_HOUR_SECONDS = 600
const FIRST_MS = 0
const LAST_MS = Date.parse('9999-12-31T00:00:00Z')

/** A moment that a database knows; undefined where none is given. */
export function momentOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  return new Date(Math.min(LAST_MS, Math.max(FIRST_MS, Date.parse(text))))
}

/**
 * The span that is asked for, the last 24 hours where nothing else is. Parts of ten minutes or more become whole hours, and the
 * span with them.
 *
 * @throws {ServerError} `request_invalid` where it has no length.
 */
export function spanOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  { bins, now }: { readonly bins: number; readonly now: Date },
): Span {
  const span = exactSpanOf(asked, { bins, now })
  if (span.binSeconds < NEARLY_HOUR_SECONDS) return span
  const binSeconds = Math.ceil(span.binSeconds / HOUR_SECONDS) * HOUR_SECONDS
  return { ...wholeOf(span, 'hour'), binSeconds }
}

/** The same, as it is asked for. @throws {ServerError} `request_invalid` where it has no length. */
export function exactSpanOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  { bins, now }: { readonly bins: number; readonly now: Date },
): Span {
  const to = momentOf(asked.to) ?? now
  const from = momentOf(asked.from) ?? new Date(to.getTime() - DAY_MS)
  const seconds = (to.getTime() - from.getTime()) / 1_000
  if (!(seconds > 0)) throw spanInvalid()
  return { from, to, binSeconds: Math.max(1, Math.ceil(seconds / bins)) }
}

/** The hours, or the days of UTC, that a span is in. */
export function wholeOf(
  { from, to }: Pick<Span, 'from' | 'to'>,
  grain: 'hour' | 'day',
): Pick<Span, 'from' | 'to'> {
  const ms = grain === 'hour' ? HOUR_SECONDS * 1_000 : DAY_MS
  return {
    from: new Date(Math.floor(from.getTime() / ms) * ms),
    to: new Date(Math.ceil(to.getTime() / ms) * ms),
  }
}

/** The beginnings of all parts. */
export function binsOf({ from, to, binSeconds }: Span): readonly Date[] {
  const binMs = binSeconds * 1_000
  const count = Math.ceil((to.getTime() - from.getTime()) / binMs)
  return Array.from({ length: count }, (_, bin) => new Date(from.getTime() + bin * binMs))
}

function spanInvalid(): ServerError {
  return new ServerError('request_invalid', 'from is not before to.', {
    remedy: 'Give a from that is before to; without to, it is now.',
    details: { problems: [{ in: 'query', path: 'from', message: 'is not before to' }] },
  })
}
