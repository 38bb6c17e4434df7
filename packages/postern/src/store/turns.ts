/** @module Gives the event loop its turns while an embedded store is busy. */

import { setImmediate } from 'node:timers/promises'
import type { KyselyPlugin } from 'kysely'

const TURN_MS = 10

/**
 * PGlite answers within the same turn of the event loop: however many queries follow each other, no request is read and no
 * timer runs until the last of them. With this plugin one waits for a turn every 10 ms.
 */
export function turnsOfEventLoop(): KyselyPlugin {
  let turnedAtMs = performance.now()
  return {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (performance.now() - turnedAtMs > TURN_MS) {
        await setImmediate()
        turnedAtMs = performance.now()
      }
      return result
    },
  }
}
