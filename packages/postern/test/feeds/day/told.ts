/** @module What an org said no to, and what an operator was told, held against what befell the day. */

import type { OrgCall } from '@postern/emulator'
import type { DayPlan, Trouble, TroubleName } from './plan.ts'
import type { PlayedDay } from './play-day.ts'
import type { Seen } from './talk.ts'

const WINDOW_MS = 60_000

const squeezes: ReadonlySet<TroubleName> = new Set([
  'another client takes the bucket',
  'limit lowered',
])
// A limit that leaves enough for what there is to read holds nothing up.
const FELT_SECONDS = 150

/** Refusals by the rate limit. What only another client, or a limit that was lowered, can have caused is explained. */
export function judgeRefusals(
  { calls, startMs }: Pick<PlayedDay, 'calls' | 'startMs'>,
  { troubles }: DayPlan,
): { readonly all: number; readonly unexplained: readonly string[] } {
  const squeezed = troubles.filter(({ name }) => squeezes.has(name))
  const explained = (call: OrgCall) =>
    call.bucket === '/api/v1/logs' &&
    squeezed.some(({ name, fromMs, toMs }) => {
      const atMs = call.atMs - startMs
      // The window in which a limit is lowered had another one when it began.
      const untilMs = name === 'limit lowered' ? fromMs + WINDOW_MS : toMs + WINDOW_MS
      return atMs >= fromMs && atMs <= untilMs
    })
  // Once the others' appetite is known, a window has one refusal at most.
  const windows = new Map<string, number>()
  const unexplained = calls.filter((call) => {
    const window = `${call.bucket} ${call.told?.resetSeconds}`
    const before = windows.get(window) ?? 0
    windows.set(window, before + 1)
    return !explained(call) || before >= MAX_IN_A_WINDOW
  })
  return {
    all: calls.length,
    unexplained: unexplained.map(({ method, path, atMs }) => {
      return `${new Date(atMs).toISOString()} ${method} ${path}`
    }),
  }
}

// Requests that were under way at the same moment.
const MAX_IN_A_WINDOW = 4

// A feed that is read every minute is behind by that as a rule.
const LAG_SECONDS = 90
const WAITED_MS = 20_000

/** What an operator has to be told while a trouble lasts. */
const names: Partial<Readonly<Record<TroubleName, (seen: Seen) => boolean>>> = {
  'org down': (seen) =>
    seen.findings.includes('upstream_unavailable') && logOf(seen)?.code === 'upstream_unavailable',
  'role taken': ({ findings, feeds }) =>
    findings.includes('role_missing') && feeds.every(({ code }) => code === 'role_missing'),
  'table down': (seen) => logOf(seen)?.sinks.includes('sink_unreachable') ?? false,
  'another client takes the bucket': isHeldUp,
  'limit lowered': isHeldUp,
}

function isHeldUp({ feeds }: Seen): boolean {
  return feeds.some(({ lagSeconds, waitedMs }) => lagSeconds > LAG_SECONDS || waitedMs > WAITED_MS)
}

function logOf({ feeds }: Seen): Seen['feeds'][number] | undefined {
  return feeds.find(({ name }) => name === 'system-log')
}

/**
 * Outages that were not told of by their names, or of which nothing was told.
 *
 * @param longestLagSeconds - of an event while a trouble lasted
 */
export function nameless(
  { sightings }: Pick<PlayedDay, 'sightings'>,
  longestLagSeconds: (trouble: Trouble) => number,
): readonly string[] {
  return sightings.flatMap(({ trouble, seen }) => {
    const { name } = trouble
    const isFelt = !squeezes.has(name) || longestLagSeconds(trouble) > FELT_SECONDS
    const isNamed = !isFelt || (names[name]?.(seen) ?? true)
    return isNamed ? [] : `${name}: ${JSON.stringify(seen)}`
  })
}
