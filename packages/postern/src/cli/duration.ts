/** @module A length of time as a person says it, and as a person types it. */

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `0.4 s`, `14 s`, `3 min`, `2 h 5 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 9_950) return `${Math.max(0, durationMs / 1_000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1_000)
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** Milliseconds of `30s`, `15m`, `24h`, `7d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? []
  if (count === undefined || unit === undefined) return undefined
  return Number(count) * UNITS[unit as keyof typeof UNITS]
}
