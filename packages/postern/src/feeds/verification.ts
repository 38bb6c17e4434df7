/** @module How far a System Log feed was verified, and what came of it. */

import type { JsonObject } from '@postern/core'

/** A closed piece of time that is being compared. */
export interface VerifiedWindow {
  readonly from: Date
  readonly to: Date
  /** Where reading it goes on; absent at its start. */
  readonly cursor?: string | undefined
  /** Events of it that were compared so far. */
  readonly checked: number
  /** Of those: how many the feed had not read. They are with its sinks by now. */
  readonly missing: number
}

/** What verifying a feed has shown so far. */
export interface Verification {
  /** Under way. */
  readonly window?: VerifiedWindow | undefined
  /** The last one that came to its end. */
  readonly last?: VerifiedWindow | undefined
  /** The furthest end of all windows that were begun, those that were dropped too: what is before it may have been delivered late. */
  readonly verifiedTo?: Date | undefined
  /** When that was, or when the feed began, by the org's clock. */
  readonly at?: Date | undefined
  /** Events that had been missing, ever. */
  readonly missing: number
}

/** The stream that keeps it. */
export const verifyStreamName = 'verify'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

// What Okta stores late is left out of a bounded request that comes too early.
const SETTLE_MS = 2 * HOUR_MS
// What the org's time, in whole seconds, may go back by between two answers.
const CLOCK_MS = 60_000
const SPAN_MS = DAY_MS
// What the feed has read is remembered for so long: what is older would count as missing.
const REMEMBERED_MS = 3 * DAY_MS
// The rest is for reading it.
const MAX_SPAN_MS = 2 * DAY_MS

/** Whether a day has passed since the last time. */
export function isVerificationDue(at: Date, now: Date): boolean {
  return now.getTime() - at.getTime() >= DAY_MS
}

/** Whether a window is of the past, and what was to be stored late is stored. Before that, what the feed reads next would count as missing. */
export function isSettled({ to }: Pick<VerifiedWindow, 'to'>, now: Date): boolean {
  return now.getTime() - to.getTime() >= SETTLE_MS - CLOCK_MS
}

/** Whether the feed remembers all that it has read of a window. One that was left lying is forgotten, and all of it would count as missing. */
export function isRemembered({ from }: Pick<VerifiedWindow, 'from'>, now: Date): boolean {
  return now.getTime() - from.getTime() < REMEMBERED_MS
}

/** Whether an event that was published then may have been found, and delivered, by verifying. */
export function mayBeVerified(verification: Verification, published: Date): boolean {
  const to = furthestEnd(verification)
  return to !== undefined && published < to
}

/** The {@link Verification.verifiedTo} of what comes after it. */
export function furthestEnd({ window, last, verifiedTo }: Verification): Date | undefined {
  const ends = [verifiedTo, window?.to, last?.to].filter((end) => end !== undefined)
  return ends.length === 0 ? undefined : new Date(Math.max(...ends.map((end) => end.getTime())))
}

/**
 * What to compare now: a day, and what lies between it and the window before; undefined where there is nothing yet that could be.
 *
 * @param reached.begin - from when on the feed has read everything.
 * @param reached.checkedTo - the end of the window before; absent where none was.
 */
export function windowAt(
  now: Date,
  { begin, checkedTo }: { readonly begin: Date; readonly checkedTo?: Date | undefined },
): VerifiedWindow | undefined {
  const to = new Date(now.getTime() - SETTLE_MS)
  const dayBefore = to.getTime() - SPAN_MS
  const wanted = Math.min(dayBefore, checkedTo?.getTime() ?? dayBefore)
  const from = new Date(Math.max(wanted, to.getTime() - MAX_SPAN_MS, begin.getTime()))
  return from < to ? { from, to, checked: 0, missing: 0 } : undefined
}

/** A verification as it is kept. */
export function toStoredVerification(verification: Verification): JsonObject {
  const { window, last, at, missing } = verification
  const verifiedTo = furthestEnd(verification)
  return {
    missing,
    ...(window === undefined ? {} : { window: storedWindow(window) }),
    ...(last === undefined ? {} : { last: storedWindow(last) }),
    ...(verifiedTo === undefined ? {} : { verifiedTo: verifiedTo.toISOString() }),
    ...(at === undefined ? {} : { at: at.toISOString() }),
  }
}

/** A verification as it was kept; of a feed that was never verified, an empty one. */
export function fromStoredVerification(stored: JsonObject | undefined): Verification {
  if (stored === undefined) return { missing: 0 }
  const { window, last, verifiedTo, at, missing } = stored as unknown as StoredVerification
  return {
    missing,
    window: window && windowOf(window),
    last: last && windowOf(last),
    verifiedTo: verifiedTo === undefined ? undefined : new Date(verifiedTo),
    at: at === undefined ? undefined : new Date(at),
  }
}

/** What {@link toStoredVerification} writes, and nobody else. */
interface StoredVerification {
  readonly window?: StoredWindow
  readonly last?: StoredWindow
  /** Absent in what was kept by a Postern that did not know it. */
  readonly verifiedTo?: string
  readonly at?: string
  readonly missing: number
}

interface StoredWindow {
  readonly from: string
  readonly to: string
  readonly cursor?: string
  readonly checked: number
  readonly missing: number
}

function storedWindow({ from, to, cursor, checked, missing }: VerifiedWindow): JsonObject {
  const span = { from: from.toISOString(), to: to.toISOString() }
  return { ...span, ...(cursor === undefined ? {} : { cursor }), checked, missing }
}

function windowOf({ from, to, ...rest }: StoredWindow): VerifiedWindow {
  return { ...rest, from: new Date(from), to: new Date(to) }
}
