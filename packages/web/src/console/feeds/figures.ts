/** @module What a feed did in a span of time, in equal parts, as the server counts it. */

/** What the server counted. */
export interface Figures {
  readonly binSeconds: number
  readonly bins: readonly {
    readonly at: string
    readonly records: number
    readonly runs: number
    readonly failed: number
    readonly lagSeconds?: number
  }[]
}

/** For how long back. */
export type Span = 'hour' | 'day' | 'week'

/** Each {@link Span}, and its parts. */
export const spans: Readonly<Record<Span, { readonly binSeconds: number; readonly bins: number }>> =
  {
    hour: { binSeconds: 60, bins: 60 },
    day: { binSeconds: 1_800, bins: 48 },
    week: { binSeconds: 14_400, bins: 42 },
  }

/** The query of a span that ends now; its parts begin at round times, so that it stays the same for as long as one lasts. */
export function spanQuery(span: Span, now: number) {
  const { binSeconds, bins } = spans[span]
  const binMs = binSeconds * 1_000
  const end = (Math.floor(now / binMs) + 1) * binMs
  const from = new Date(end - bins * binMs).toISOString()
  return { from, to: new Date(end).toISOString(), bins }
}
