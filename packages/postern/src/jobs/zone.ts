/** @module The clocks of a time zone: which instants are shown as a wall time. */

/** A wall time, as the milliseconds of the same reading in UTC. */
export type WallMs = number

/** Which instants show a wall time. */
export interface Shown {
  /** Two where clocks go back over it. Where they go forward over it: the one at which they would have shown it. */
  readonly instants: readonly Date[]
  /** No later wall time is shown before this. */
  readonly notBefore: Date
}

// Between two changes of the clocks lie weeks, and no offset is longer than 14 hours.
const DAY_MS = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show at an instant. */
export function wallTimeOf(timezone: string, at: Date): WallMs {
  return at.getTime() + offsetMs(timezone, at.getTime())
}

/** Whether clocks are set within a day of an instant. */
export function isNearChange(timezone: string, at: Date): boolean {
  const [before, after] = offsetsAround(timezone, at.getTime())
  return before !== after
}

/** The instants at which the clocks of a zone show a wall time. */
export function instantsOf(timezone: string, wall: WallMs): Shown {
  const [before, after] = offsetsAround(timezone, wall)
  const notBefore = new Date(wall - Math.max(before, after))
  if (before === after) return { instants: [notBefore], notBefore }
  const shown = [before, after].filter((offset) => offsetMs(timezone, wall - offset) === offset)
  const offsets = shown.length > 0 ? shown : [before]
  return { instants: offsets.map((offset) => new Date(wall - offset)), notBefore }
}

function offsetsAround(
  timezone: string,
  aboutMs: number,
): readonly [before: number, after: number] {
  return [offsetMs(timezone, aboutMs - DAY_MS), offsetMs(timezone, aboutMs + DAY_MS)]
}

/** How far the clocks of a zone are ahead of UTC. */
function offsetMs(timezone: string, atMs: number): number {
  const text = formatOf(timezone)
    .formatToParts(atMs)
    .find(({ type }) => type === 'timeZoneName')?.value
  // `GMT`, `GMT-05:00`, in former times with seconds.
  const [, sign, ...parts] = /([+-])(\d+):(\d+)(?::(\d+))?$/.exec(text ?? '') ?? []
  const [hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  const size = (hours * 3_600 + minutes * 60 + seconds) * 1_000
  return sign === '-' ? -size : size
}

/** To make one takes longer than to ask it a hundred times; there are a few hundred zones. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' })
  formats.set(timezone, made)
  return made
}
