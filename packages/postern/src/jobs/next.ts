/** @module When a schedule fires next. */

import { type Cron, iterateCron } from './cron.ts'
import { instantsOf, isNearChange, wallTimeOf } from './zone.ts'

/** A stretch of time behind which comes one fire. */
interface Stretch {
  readonly fromMs: number
  readonly fireMs: number
}

const KEPT_SCHEDULES = 200
const KEPT_STRETCHES = 8

const stretches = new Map<string, readonly Stretch[]>()

// The clocks of no place are set by more than this.
const MAX_CHANGE_MS = 4 * 3_600_000

/**
 * The next fires after an instant, in their order. The answer is the same wherever one begins to ask.
 *
 * When clocks go forward, what was to fire in the time that is left out fires once, as long after the change as it would have.
 * When they go back, an expression that names hours fires once, the first time; one for every hour (`*`) goes on through
 * both, so that nothing that runs every five minutes rests for an hour.
 */
export function nextFires(cron: Cron, after: Date, count: number): readonly Date[] {
  const fires: Date[] = []
  for (const fire of walkFires(cron, after)) {
    fires.push(fire)
    if (fires.length >= count) break
  }
  return fires
}

/**
 * The next fire after an instant, as {@link nextFires} gives it. The feeds of a fleet have few schedules among them and ask for
 * the same fires, so those that were asked for last are remembered.
 */
export function nextFire(cron: Cron, after: Date): Date {
  const key = `${cron.expression} ${cron.timezone}`
  const afterMs = after.getTime()
  const known = stretches.get(key) ?? []
  const around = known.find(({ fromMs, fireMs }) => fromMs <= afterMs && afterMs < fireMs)
  if (around !== undefined) return new Date(around.fireMs)
  const [fire = after] = nextFires(cron, after, 1)
  const found = { fromMs: afterMs, fireMs: fire.getTime() }
  stretches.delete(key)
  stretches.set(key, [found, ...known].slice(0, KEPT_STRETCHES))
  const [oldest] = stretches.keys()
  if (stretches.size > KEPT_SCHEDULES && oldest !== undefined) stretches.delete(oldest)
  return fire
}

/** How long it is from a fire to the one after it, in milliseconds. */
export function periodAfter(cron: Cron, fire: Date): number {
  return nextFire(cron, fire).getTime() - fire.getTime()
}

function* walkFires({ expression, timezone }: Cron, after: Date): Generator<Date, void> {
  const isHourly = expression.split(' ')[1] === '*'
  const margin = isNearChange(timezone, after) ? MAX_CHANGE_MS : 0
  // The parser reads a calendar whose clocks are never set. What that means in the zone is told here.
  const walls = iterateCron(expression, wallTimeOf(timezone, after) - margin)
  const waiting = new Set<number>()
  for (;;) {
    const { instants, notBefore } = instantsOf(timezone, walls.next().getTime())
    for (const instant of isHourly ? instants : instants.slice(0, 1)) {
      if (instant > after) waiting.add(instant.getTime())
    }
    for (const ms of [...waiting].toSorted((a, b) => a - b)) {
      if (ms > notBefore.getTime()) break
      waiting.delete(ms)
      yield new Date(ms)
    }
  }
}
