/** @module How long the sink `store` keeps events. */

import type { Clock } from '@postern/core'
import { removeEventsBefore } from '../store/records.ts'
import { listSinks } from '../store/sinks.ts'
import type { Store } from '../store/store.ts'
import { store as kind } from './store.ts'

const DAY_MS = 86_400_000

/**
 * Removes the events that are older than they are to be kept, in bounded steps. Sinks of the kind share their tables: the
 * longest time among them counts, and the default where there is none any more.
 *
 * @returns how many there were.
 */
export async function removeExpiredEvents(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<number> {
  const sinks = (await listSinks(store)).filter((sink) => sink.kind === kind.name)
  const days = sinks.map(({ settings }) => kind.settings.parse(settings).retentionDays)
  const longest = days.length === 0 ? kind.settings.parse({}).retentionDays : Math.max(...days)
  return removeEventsBefore(store, new Date(clock.now().getTime() - longest * DAY_MS), signal)
}
