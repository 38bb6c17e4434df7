/** @module The scales of a chart: round numbers on one axis, round times on the other. */

/** Round numbers from nothing to at least the largest, about as many as asked for. */
export function numberTicks(largest: number, count = 3): readonly number[] {
  if (!(largest > 0)) return [0, 1]
  const rough = largest / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  // Of records there are no halves.
  const whole = Math.max(1, step)
  const ticks = [0]
  while ((ticks.at(-1) ?? 0) < largest) ticks.push((ticks.at(-1) ?? 0) + whole)
  return ticks
}

const STEPS_SECONDS = [
  ...[10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400],
  ...[172_800, 604_800, 1_209_600, 2_592_000],
]

/** Round instants between two, at most as many as asked for, by the clock of the browser. */
export function timeTicks(from: Date, to: Date, count = 6): readonly Date[] {
  const spanSeconds = (to.getTime() - from.getTime()) / 1_000
  const step = STEPS_SECONDS.find((seconds) => spanSeconds / seconds <= count)
  const stepMs = (step ?? spanSeconds / count) * 1_000
  const zoneMs = from.getTimezoneOffset() * 60_000
  const ticks: Date[] = []
  const first = Math.ceil((from.getTime() - zoneMs) / stepMs) * stepMs + zoneMs
  for (let at = first; at <= to.getTime(); at += stepMs) ticks.push(new Date(at))
  return ticks
}
