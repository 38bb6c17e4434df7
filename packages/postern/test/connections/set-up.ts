/** @module Setups in a test's store, against an emulated org. */

import { assignRoles, createApp, grantScopes, Org, type PublicJwk, Secret } from '@postern/core'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { Connections } from '../../src/connections/connections.ts'
import type { ConnectionsContext } from '../../src/connections/context.ts'
import { GuidedSetups } from '../../src/connections/guided-setups.ts'
import { Setups } from '../../src/connections/setups.ts'
import type { Seal } from '../../src/store/seal.ts'
import { openContext } from './kept.ts'

/** One process that sets up connections. */
export interface SetupProcess {
  readonly connections: Connections
  readonly setups: Setups
  readonly guided: GuidedSetups
}

/** A name nobody has yet, and an org. */
export interface SetupDesk extends SetupProcess {
  readonly name: string
  readonly running: RunningOrg
  readonly clock: TestClock
  readonly adminToken: Secret
  another(options?: StopOptions): Promise<SetupProcess>
}

/** When a process ends before its work does. */
export interface StopOptions {
  /** The number of answers after which the process is gone: it hears of nothing any more. */
  readonly stopAfter?: number
  readonly onAnswer?: () => void
  readonly publicUrl?: string
}

let count = 0

/** Starts an org; nothing of it is connected. */
export async function openSetupDesk(
  { kept, seal }: { readonly kept: TestStore; readonly seal: Seal },
  org: StartOptions = {},
): Promise<SetupDesk> {
  const clock = new TestClock()
  const running = await startOrg({ edition: 'unlimited', keyType: 'EC', clock, ...org })
  onTestFinished(running.close)
  const another: SetupDesk['another'] = async ({ publicUrl, ...stop } = {}) => {
    const context = stopping(await openContext(kept, { seal, clock }), stop)
    const connections = new Connections(context)
    const parts = { ...context, connections, publicUrl }
    return { connections, setups: new Setups(parts), guided: new GuidedSetups(parts) }
  }
  return {
    name: `set-up-${count++}`,
    running,
    clock,
    adminToken: new Secret(running.adminToken),
    ...(await another()),
    another,
  }
}

/** The same context, whose ways to the network end after some answers. */
export function stopping(
  context: ConnectionsContext,
  { stopAfter, onAnswer }: Pick<StopOptions, 'stopAfter' | 'onAnswer'>,
): ConnectionsContext {
  let answers = 0
  return {
    ...context,
    openTransport: (origin) => {
      const transport = context.openTransport(origin)
      return async (request) => {
        if (answers === stopAfter) throw new Error('stopped')
        const answer = await transport(request)
        onAnswer?.()
        if (++answers !== stopAfter) return answer
        await answer.body?.[Symbol.asyncIterator]().return?.()
        throw new Error('stopped')
      }
    },
  }
}

/** What a person does in the Admin Console. @returns the client id */
export async function registerByHand(
  { running, adminToken }: SetupDesk,
  publicJwk: PublicJwk,
  clientId = `by-hand-${count++}`,
): Promise<string> {
  const admin = new Org({
    url: running.url,
    dev: true,
    credential: { kind: 'api-token', apiToken: adminToken },
  })
  const app = { label: 'By hand', publicJwk, dpopRequired: true }
  const { appId } = await createApp(admin, app, clientId)
  await grantScopes(admin, appId, ['okta.logs.read'])
  await assignRoles(admin, clientId, [{ type: 'READ_ONLY_ADMIN' }])
  return clientId
}
