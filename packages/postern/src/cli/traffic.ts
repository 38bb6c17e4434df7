/** @module What a command's requests came to: how many, and how long they waited for the org to let them. */

import { type Clock, systemClock, type Transport } from '@postern/core'

/** Counts that grow while requests are sent. */
export interface Traffic {
  /** Requests that were sent, those for tokens included. */
  readonly requests: number
  /** Milliseconds during which none was under way, in pauses of a second or more: the rate limit, or between attempts. */
  readonly waitedMs: number
}

// Shorter pauses are the work between a request and the next.
const LEAST_PAUSE_MS = 1_000

/** A transport whose requests are counted. */
export function countTraffic(
  transport: Transport,
  clock: Clock = systemClock,
): {
  readonly transport: Transport
  readonly traffic: Traffic
} {
  const traffic = { requests: 0, waitedMs: 0 }
  let underWay = 0
  let idleSinceMs: number | undefined
  return {
    traffic,
    transport: async (request) => {
      const pauseMs = idleSinceMs === undefined ? 0 : clock.monotonicMs() - idleSinceMs
      if (pauseMs >= LEAST_PAUSE_MS) traffic.waitedMs += pauseMs
      idleSinceMs = undefined
      traffic.requests++
      underWay++
      try {
        return await transport(request)
      } finally {
        if (--underWay === 0) idleSinceMs = clock.monotonicMs()
      }
    },
  }
}
