/** @module What was used of a rate limit, minute by minute: Okta counts by the minute, too. */

/** Ten seconds in which there was a request. */
export interface RateStep {
  readonly at: string
  readonly used: number
  readonly budget: number
}

const MINUTE_MS = 60_000
const MINUTES = 60

/** The last hour. Where there was no request, nothing was used, and the budget is the one before. */
export function rateMinutes(
  history: readonly RateStep[],
  now: number,
): readonly { readonly at: Date; readonly used: number; readonly budget: number }[] {
  const minutes = new Map<number, RateStep>()
  for (const step of history) {
    const minute = Math.floor(Date.parse(step.at) / MINUTE_MS)
    const known = minutes.get(minute)
    if (known === undefined || known.used <= step.used) minutes.set(minute, step)
  }
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
  let budget = history[0]?.budget ?? 0
  return Array.from({ length: MINUTES }, (_, index) => {
    const step = minutes.get(first + index)
    budget = step?.budget ?? budget
    return { at: new Date((first + index) * MINUTE_MS), used: step?.used ?? 0, budget }
  })
}
