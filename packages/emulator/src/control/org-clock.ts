/** @module The clock of an org, set or moved by the control API. */

import type { JsonObject } from '../json.ts'
import { SetupError } from '../setup-error.ts'
import type { Org } from '../state/org.ts'

// What four digits of a year can say, which is how Okta prints an instant.
const EARLIEST_MS = Date.parse('1970-01-01T00:00:00.000Z')
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** The members of a body that moves a clock. */
export const clockMembers = ['offsetSeconds', 'advanceSeconds'] as const

/**
 * Sets how far an org is ahead of the clock (`offsetSeconds`), or lets time pass (`advanceSeconds`); both may be below 0.
 *
 * @throws {SetupError} `request_invalid` for anything else, and for a time outside the years 1970 to 9999; nothing is
 *   changed then.
 */
export function moveClock({ time }: Org, body: JsonObject): void {
  const { offsetSeconds, advanceSeconds } = body
  const asked = offsetSeconds ?? advanceSeconds
  if (typeof asked !== 'number' || Object.keys(body).length !== 1) {
    throw new SetupError(
      'request_invalid',
      'The body is not one of offsetSeconds and advanceSeconds, with a number.',
      'Send {"offsetSeconds": 0} for how far the org is ahead, or {"advanceSeconds": 60} to let time pass.',
    )
  }
  const offsetMs = asked * 1_000 + (offsetSeconds === undefined ? time.offsetMs : 0)
  const thenMs = time.nowMs() - time.offsetMs + offsetMs
  if (!(thenMs >= EARLIEST_MS && thenMs <= LATEST_MS)) {
    throw new SetupError(
      'request_invalid',
      'The clock of an org cannot be set to that time.',
      'Choose a time from 1970 to 9999.',
    )
  }
  time.offsetMs = offsetMs
}
