/** @module Whether this machine's clock agrees with the org's. */

import { dateOf, OrgClock } from '../../clock.ts'
import type { Check } from '../check.ts'
import { information, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { ORGANIZATION_PATH } from './reachable.ts'

// Below it, nothing that Okta judges by the clock is in danger.
const NOTABLE_SECONDS = 30

/** Compares with the `Date` of the org's first answer. */
export const clockCheck: Check = {
  name: 'clock',
  question: "Does this machine's clock agree with the org's?",
  needs: ['reachable'],
  async *run({ clock, exchanges }) {
    const { headers, answeredAt } = exchanges.last(ORGANIZATION_PATH) ?? {}
    const date = headers && dateOf(headers)
    const offsetMs = Date.parse(date ?? '') - (answeredAt?.getTime() ?? Number.NaN)
    if (headers === undefined || Number.isNaN(offsetMs)) {
      yield information('clock_unknown', 'The org does not say what time it is.')
      return true
    }
    const offsetSeconds = Math.round(offsetMs / 1_000)
    const details = { offsetSeconds }
    if (Math.abs(offsetMs) < OrgClock.resolutionMs) {
      yield ok("This machine's clock agrees with the org's.", details)
      return true
    }
    const direction = offsetSeconds < 0 ? 'ahead of' : 'behind'
    const observed = `This machine's clock is ${Math.abs(offsetSeconds)} s ${direction} the org's.`
    if (Math.abs(offsetSeconds) < NOTABLE_SECONDS) {
      yield information('clock_skew', observed, details)
      return true
    }
    const orgClock = new OrgClock(clock)
    orgClock.observe(headers)
    const isHandled = orgClock.offsetMs !== 0
    yield problem('clock_skew', isHandled ? `${observed} Postern uses the org's time.` : observed, {
      status: isHandled ? 'warning' : 'failed',
      details,
    })
    return isHandled
  },
}
