/** @module A stored connection whose key is rotated, on an emulated org with its own clock. */

import { Secret } from '@postern/core'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { Connections } from '../../src/connections/connections.ts'
import { Rotations } from '../../src/connections/rotations.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, type OpenConnectionsOptions, openContext, valuesOfApp } from './kept.ts'
import { type StopOptions, stopping } from './set-up.ts'

/** A connection with a key that can be rotated, as one process sees it. */
export interface RotatedDesk {
  readonly name: string
  readonly running: RunningOrg
  readonly clock: TestClock
  readonly adminToken: Secret
  readonly connections: Connections
  readonly rotations: Rotations
  /** Another process on the same store. */
  another(
    options?: StopOptions & Pick<OpenConnectionsOptions, 'onRequest'>,
  ): Promise<Pick<RotatedDesk, 'connections' | 'rotations'>>
  /** Signs in with the key in use and calls the org. */
  works(): Promise<void>
  /** The statuses of the app's keys in Okta, by kid. */
  keys(): Readonly<Record<string, string>>
  /** The kids of the private keys in the store. */
  sealedKids(): Promise<readonly string[]>
}

/** Connects the ready app of a new org. */
export async function openRotated(
  { kept, seal }: { readonly kept: TestStore; readonly seal: Seal },
  options: { readonly org?: StartOptions; readonly rotationIntervalDays?: number } = {},
): Promise<RotatedDesk> {
  const clock = new TestClock()
  const running = await startOrg({ edition: 'unlimited', keyType: 'EC', clock, ...options.org })
  onTestFinished(running.close)
  const name = `acme-${new URL(running.url).port}`
  const another: RotatedDesk['another'] = async ({ publicUrl, onRequest, ...stop } = {}) => {
    const heard = onRequest === undefined ? {} : { onRequest }
    const stoppable = stopping(await openContext(kept, { seal, clock, ...heard }), stop)
    const connections = new Connections(stoppable)
    return { connections, rotations: new Rotations({ ...stoppable, connections, publicUrl }) }
  }
  const { connections, rotations } = await another()
  const { rotationIntervalDays } = options
  await connections.connect({ name, values: valuesOfApp(running), rotationIntervalDays }, by)
  return {
    name,
    running,
    clock,
    adminToken: new Secret(running.adminToken),
    connections,
    rotations,
    another,
    works: async () => {
      const fresh = (await another()).connections
      await (await fresh.open(name)).org.request({ path: '/api/v1/users' })
    },
    keys: () => keysOf(running),
    sealedKids: async () => {
      const { id } = await connections.get(name)
      const rows = await kept.store.db
        .selectFrom('secret')
        .select('label')
        .where('connection_id', '=', id)
        .where('kind', '=', 'private-key')
        .execute()
      return rows.map(({ label }) => label)
    },
  }
}

function keysOf({ org, app }: RunningOrg): Readonly<Record<string, string>> {
  const found = [...org.apps].find(({ oauth }) => oauth?.clientId === app.clientId)
  const keys = found?.oauth?.keys ?? []
  return Object.fromEntries(keys.map(({ jwk, status }) => [String(jwk['kid']), status]))
}
