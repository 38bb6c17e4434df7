/** @module The rotations that are due by schedule, or wait for their time: done without anybody asking. */

import { type Clock, PosternError } from '@postern/core'
import type { Log } from '../log.ts'
import { dueRotations } from '../store/rotations.ts'
import type { Store } from '../store/store.ts'
import type { Rotations } from './rotations.ts'

/** What {@link rotateDue} works with. */
export interface ScheduledRotationContext {
  readonly store: Store
  readonly rotations: Rotations
  readonly clock: Clock
  readonly log: Log
}

// Each waits a few seconds for other processes; the rest of a long list has its turn the next time.
const AT_ONCE = 4
const AT_MOST = 100

/**
 * Begins what is due, and goes on with what waited. Of several processes one does it. What fails is logged and kept as the
 * status' `lastError`; the others go on.
 */
export async function rotateDue(
  { store, rotations, clock, log }: ScheduledRotationContext,
  signal?: AbortSignal,
): Promise<void> {
  const names = [...(await dueRotations(store, clock.now(), AT_MOST))]
  const work = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      signal?.throwIfAborted()
      try {
        await rotations.goOn(name, { signal })
      } catch (error) {
        if (!(error instanceof PosternError)) throw error
        const { code, message, remedy } = error
        log.warn({ connection: name, code, remedy }, `rotation stopped: ${message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
