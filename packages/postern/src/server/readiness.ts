/** @module Whether Postern can do its work: the store answers, and the master key is at hand. */

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'

/** What stands in the way; `ready` where nothing does. */
export type Readiness = 'ready' | 'locked' | 'store-unreachable'

/** Looks. */
export async function readinessOf({
  store,
  seal,
}: {
  readonly store: Store
  readonly seal: Seal
}): Promise<Readiness> {
  if (!(await isReachable(store))) return 'store-unreachable'
  return (await seal.keys.look()).status === 'unlocked' ? 'ready' : 'locked'
}

// Whoever watches asks every few seconds, and a server that is gone may not even refuse.
const ANSWERS_WITHIN_MS = 2_000

/** Whether the database answers within two seconds. */
export async function isReachable(store: Store): Promise<boolean> {
  const tooLate = new AbortController()
  const late = sleep(ANSWERS_WITHIN_MS, false, { signal: tooLate.signal }).catch(() => false)
  const answered = sql`select 1`.execute(store.db).then(
    () => true,
    () => false,
  )
  const isAnswered = await Promise.race([answered, late])
  tooLate.abort()
  return isAnswered
}
