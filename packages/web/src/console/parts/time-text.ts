/** @module Times and durations as text. */

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })

/** How long before or after another instant one is: `3 min. ago`, `in 2 days`. */
export function relativeText(at: Date, now: number): string {
  const seconds = (at.getTime() - now) / 1_000
  const size = Math.abs(seconds)
  // The clock of the server is known to the second.
  if (size < 45) return seconds > 2 ? 'in a moment' : 'just now'
  for (const [unit, unitSeconds] of UNITS) {
    // From 90 seconds on in minutes, from 90 minutes on in hours.
    if (size >= unitSeconds * (unit === 'minute' ? 0 : 1.5)) {
      return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / unitSeconds)), unit)
    }
  }
  return relative.format(Math.sign(seconds), 'minute')
}

/** An instant to the second, in the time zone of the browser, which is named: `2026-11-30 10:53:06 +01:00`. */
export function exactText(at: Date): string {
  const offset = -at.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  return `${dayText(at)} ${clockText(at, true)} ${offset === 0 ? 'UTC' : zone}`
}

/** The day: `2026-11-30`. */
export function dayText(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** The time of day: `10:53`, or `10:53:06`. */
export function clockText(at: Date, withSeconds = false): string {
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`
  return withSeconds ? `${minutes}:${two(at.getSeconds())}` : minutes
}

/** How long something takes: `0.4 s`, `12 s`, `3 min`, `2 h 5 min`, `4 d`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.round(hours / 24)} d`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
