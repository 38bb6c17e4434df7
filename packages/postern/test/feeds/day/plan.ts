/** @module What befalls the day: each trouble once or several times, with calm between. */

import type { Step } from '../steps.ts'

/** What can befall a day. */
export type TroubleName =
  | 'burst'
  | 'nonces forgotten'
  | 'nonces asked for by the APIs'
  | 'tokens revoked'
  | 'tokens of ten minutes'
  | 'org down'
  | 'key rotated'
  | 'role taken'
  | 'another client takes the bucket'
  | 'limit lowered'
  | 'table down'
  | 'restart'
  | 'kill -9'

/** One trouble of a day. Times are in milliseconds since it began. */
export interface Trouble {
  readonly name: TroubleName
  readonly fromMs: number
  readonly toMs: number
  /** Of a kill: the step that the process does not outlive, and its how many-th. */
  readonly die?: { readonly step: Step; readonly nth: number }
}

/** A day, or a part of one. */
export interface DayPlan {
  readonly lengthMs: number
  readonly perSecond: number
  readonly burst: number
  /** The longest that an event is late. */
  readonly maxLateMs: number
  /** Requests a minute that another client leaves, and the limit of the org where it is lowered. */
  readonly left: number
  readonly lowered: number
  readonly changeEveryMs: number
  /** Between two complete reads. */
  readonly sweepHours: number
  readonly troubles: readonly Trouble[]
}

interface Wanted {
  readonly name: TroubleName
  /** Of a whole day. */
  readonly minutes?: number
  /** However short the day is. Absent: it is left out of a short one. */
  readonly least?: number
  readonly die?: Trouble['die']
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SHORT_HOURS = 2

const wanted: readonly Wanted[] = [
  { name: 'burst', minutes: 1, least: 1 },
  { name: 'kill -9', die: { step: 'after-get', nth: 2 } },
  { name: 'nonces forgotten', least: 0 },
  { name: 'restart', least: 0 },
  { name: 'kill -9', die: { step: 'mid-sink', nth: 5 }, least: 0 },
  { name: 'org down', minutes: 20, least: 3 },
  { name: 'tokens revoked', least: 0 },
  { name: 'kill -9', die: { step: 'in-transaction', nth: 3 } },
  { name: 'key rotated', least: 0 },
  { name: 'nonces asked for by the APIs', minutes: 60, least: 2 },
  { name: 'kill -9', die: { step: 'after-sink', nth: 2 } },
  { name: 'role taken', minutes: 60, least: 20 },
  { name: 'burst', minutes: 1 },
  { name: 'kill -9', die: { step: 'before-commit', nth: 4 } },
  { name: 'another client takes the bucket', minutes: 180, least: 5 },
  { name: 'limit lowered', minutes: 60, least: 5 },
  { name: 'tokens of ten minutes', minutes: 60, least: 2 },
  { name: 'kill -9', die: { step: 'after-transaction', nth: 2 } },
  { name: 'table down', minutes: 20, least: 3 },
  { name: 'restart' },
]

/** Plans a day of so many hours. A short one has fewer events, and each trouble once. */
export function planDay(hours: number): DayPlan {
  const lengthMs = hours * HOUR_MS
  const isShort = hours < SHORT_HOURS
  const chosen = wanted.filter(({ least }) => !isShort || least !== undefined)
  const lengths = chosen.map(({ minutes = 0, least = 0 }) =>
    Math.ceil(Math.max(least, (minutes * hours) / 24)),
  )
  const calmMinutes = hours * 60 - lengths.reduce((sum, length) => sum + length, 0)
  const gap = calmMinutes / (chosen.length + 1)
  let passed = 0
  const troubles = chosen.map(({ name, die }, index) => {
    // On the minute, as schedules are.
    const fromMs = Math.round(passed + gap * (index + 1)) * MINUTE_MS
    const length = lengths[index] ?? 0
    passed += length
    return { name, fromMs, toMs: fromMs + length * MINUTE_MS, ...(die && { die }) }
  })
  return {
    ...{ lengthMs, troubles },
    ...(isShort
      ? { perSecond: 4, burst: 1_500, maxLateMs: 5 * MINUTE_MS, left: 1, lowered: 4 }
      : { perSecond: 50, burst: 30_000, maxLateMs: 6 * HOUR_MS, left: 2, lowered: 6 }),
    changeEveryMs: isShort ? 2 * MINUTE_MS : 3 * MINUTE_MS,
    // So that one comes when nothing changes any more.
    sweepHours: isShort ? 1 : Math.min(24, Math.ceil(hours)),
  }
}
