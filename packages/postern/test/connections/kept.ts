/** @module Connections of a test's store, and the values of one to an emulated org. */

import {
  type Clock,
  Secret,
  systemClock,
  type Transport,
  type TransportRequest,
} from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import type { TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { ConnectionValues } from '../../src/config/connection.ts'
import { Connections } from '../../src/connections/connections.ts'
import type { ConnectionsContext } from '../../src/connections/context.ts'
import { openOrgTransports } from '../../src/http/org-transport.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'

/** Who does things in tests. */
export const by = { actor: 'access-key:test', requestId: 'request-1' }

/** What is not the usual in {@link openConnections}. */
export interface OpenConnectionsOptions {
  readonly store?: Store
  readonly seal?: Seal
  readonly clock?: Clock
  readonly dev?: boolean
  readonly customDomains?: readonly string[]
  /** Sends what an org transport would, in another way. */
  readonly through?: (transport: Transport) => Transport
  /** Told of each request, which leaves when what this returns is there. */
  readonly onRequest?: (request: TransportRequest) => void | Promise<void>
}

/** The connections of a store, with a seal of its own. */
export async function openConnections(
  kept: TestStore,
  options: OpenConnectionsOptions = {},
): Promise<Connections> {
  return new Connections(await openContext(kept, options))
}

/** What the connections of a store work with. */
export async function openContext(
  kept: TestStore,
  options: OpenConnectionsOptions = {},
): Promise<ConnectionsContext> {
  const openTransport = openOrgTransports({ dev: options.dev ?? true })
  const { store = kept.store, clock = systemClock, dev = true, customDomains = [] } = options
  return {
    store,
    seal: options.seal ?? (await openTestSeal(store)),
    openTransport: (org) => {
      const send = openTransport(org)
      const transport = options.through?.(send) ?? send
      return async (request) => {
        await options.onRequest?.(request)
        return transport(request)
      }
    },
    clock,
    dev,
    customDomains: async () => customDomains,
  }
}

/** The values that connect the ready app of an org. */
export function valuesOfApp({ url, app }: RunningOrg): ConnectionValues {
  return {
    orgUrl: url,
    clientId: app.clientId,
    key: new Secret(JSON.stringify(app.key)),
    scopes: app.scopes.join(' '),
  }
}

/** The code of what a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error: { readonly code?: unknown }) => error.code ?? error,
  )
}
