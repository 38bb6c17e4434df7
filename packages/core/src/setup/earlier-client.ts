/** @module The client that an earlier run registered without anybody noting its id. */

import type { Clock } from '../clock.ts'
import type { Org } from '../org/org.ts'
import { findRegisteredClient, type NewApp } from '../service-app/create.ts'

// The list of clients is an index, which may be a little behind.
const WAITS_MS = [1_000, 2_000]

/** Looks for the client with patience; undefined where there is none after three seconds either. */
export async function findEarlierClient(
  admin: Org,
  app: NewApp,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  for (const waitMs of WAITS_MS) {
    const found = await findRegisteredClient(admin, app, signal)
    if (found !== undefined) return found
    await clock.sleep(waitMs, { signal })
  }
  return findRegisteredClient(admin, app, signal)
}
