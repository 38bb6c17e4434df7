/** @module Judges many things, and lets the event loop have its turns meanwhile. */

import { setImmediate } from 'node:timers/promises'

const AT_ONCE = 100

/** Those that are wanted, a hundred judged in each turn of the event loop. */
export async function filterInTurns<Item>(
  items: readonly Item[],
  isWanted: (item: Item) => boolean,
): Promise<readonly Item[]> {
  const wanted: Item[] = []
  for (let start = 0; start < items.length; start += AT_ONCE) {
    if (start > 0) await setImmediate()
    wanted.push(...items.slice(start, start + AT_ONCE).filter(isWanted))
  }
  return wanted
}
