/** @module The Connect sessions of a test's store, past the server. */

import type { TestStore } from '../../../../test/stores.ts'
import { ConnectSessions } from '../../src/connections/connect-sessions.ts'
import { Connections } from '../../src/connections/connections.ts'
import { GuidedSetups } from '../../src/connections/guided-setups.ts'
import { type OpenConnectionsOptions, openContext } from './kept.ts'

/** Opens them. */
export async function openSessions(
  kept: TestStore,
  options: OpenConnectionsOptions,
): Promise<ConnectSessions> {
  const context = await openContext(kept, options)
  const connections = new Connections(context)
  const guidedSetups = new GuidedSetups({ ...context, connections })
  return new ConnectSessions({ ...context, connections, guidedSetups, connectOrigins: [] })
}
