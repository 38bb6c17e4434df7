/**
 * @module When a schedule is due, reckoned minute by minute from what a clock on the wall shows; it shares nothing with the code that
 * it judges. The rule is that of docs/server.md.
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** A schedule as it is written. */
export interface WrittenSchedule {
  /** Five fields of numbers, lists, ranges and steps. */
  readonly expression: string
  readonly timezone: string
}

/** Every fire later than `from`, up to `to`. */
export function reckonFires(schedule: WrittenSchedule, from: Date, to: Date): readonly Date[] {
  const isDue = matcherOf(schedule.expression)
  const isEachHour = schedule.expression.split(' ')[1] === '*'
  const readWall = wallReader(schedule.timezone)
  const fires = new Set<number>()
  const shown = new Set<number>()
  // What a change leaves out, or repeats, is seen from before it.
  const begin = Math.floor((from.getTime() - 6 * HOUR_MS) / MINUTE_MS) * MINUTE_MS
  let before: { readonly at: number; readonly wall: number } | undefined
  for (let at = begin; at <= to.getTime(); at += MINUTE_MS) {
    const wall = readWall(at)
    // Clocks went forward: what was left out is due as long after the change as it would have been.
    for (
      let left = (before?.wall ?? wall) + MINUTE_MS;
      before !== undefined && left < wall;
      left += MINUTE_MS
    ) {
      if (isDue(left)) fires.add(before.at + (left - before.wall))
    }
    // Clocks went back: what names hours is due the first time.
    if (isDue(wall) && (isEachHour || !shown.has(wall))) fires.add(at)
    shown.add(wall)
    before = { at, wall }
  }
  return [...fires]
    .filter((at) => at > from.getTime() && at <= to.getTime())
    .toSorted((one, other) => one - other)
    .map((at) => new Date(at))
}

/** The instants from `from` to `to` from which the clocks of a zone show another offset than before. */
export function changesOf(timezone: string, from: Date, to: Date): readonly Date[] {
  const readWall = wallReader(timezone)
  const offset = (at: number) => readWall(at) - at
  const changes: Date[] = []
  for (let at = from.getTime(); at < to.getTime(); at += 6 * HOUR_MS) {
    if (offset(at) === offset(at + 6 * HOUR_MS)) continue
    let change = at
    while (offset(change) === offset(at)) change += MINUTE_MS
    changes.push(new Date(change))
  }
  return changes
}

const readers = new Map<string, (at: number) => number>()

/** Reads the clock on a wall, as the milliseconds of the same reading in UTC. */
function wallReader(timezone: string): (at: number) => number {
  const known = readers.get(timezone)
  if (known !== undefined) return known
  const read = slowWallReader(timezone)
  const walls = new Map<number, number>()
  const remembering = (at: number) => {
    const wall = walls.get(at) ?? read(at)
    walls.set(at, wall)
    return wall
  }
  readers.set(timezone, remembering)
  return remembering
}

function slowWallReader(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  }
}

function matcherOf(expression: string): (wall: number) => boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ')
  const minutes = valuesOf(minute, 0, 59)
  const hours = valuesOf(hour, 0, 23)
  const days = valuesOf(day, 1, 31)
  const months = valuesOf(month, 1, 12)
  const weekdays = valuesOf(weekday, 0, 6)
  return (wall) => {
    const at = new Date(wall)
    const weekdayOf = WEEKDAYS.indexOf(at.toUTCString().slice(0, 3))
    return (
      minutes.has(at.getUTCMinutes()) &&
      hours.has(at.getUTCHours()) &&
      days.has(at.getUTCDate()) &&
      months.has(at.getUTCMonth() + 1) &&
      weekdays.has(weekdayOf)
    )
  }
}

function valuesOf(field: string, min: number, max: number): ReadonlySet<number> {
  const items = field.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/')
    const [first = '', last = first] = range.split('-')
    const from = range === '*' ? min : Number(first)
    const to = range === '*' ? max : Number(last)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
      (value) => (value - from) % Number(step) === 0,
    )
  })
  return new Set(items)
}
