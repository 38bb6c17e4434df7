/** @module A setup's place that is the store: the key is sealed under the id that the connection will have. */

import { type PrivateKey, type PublicJwk, parseSetupState, type SetupState } from '@postern/core'
import { deleteConnection, readConnection } from '../store/connections.ts'
import type { Lease } from '../store/leases.ts'
import type { SecretPlace } from '../store/seal.ts'
import { SealError } from '../store/seal-error.ts'
import { putSealed, readSecret } from '../store/secrets.ts'
import { insertSetup, readSetup, type SetupRow, updateSetup } from '../store/setups.ts'
import { busy } from './busy-error.ts'
import type { Connections } from './connections.ts'
import type { ConnectionsContext } from './context.ts'
import { importStoredKey } from './credential.ts'
import { setupNotFound } from './setup-not-found.ts'
import type { SetupPlace } from './setup-place.ts'
import { requireUnused } from './unused.ts'

/** A setup as it is stored: how far it got, and what its connection will be beside the app. JSON, without any secret. */
export interface KeptSetup {
  readonly state: SetupState
  readonly description?: string | undefined
  /** Days between scheduled rotations. */
  readonly rotationIntervalDays?: number | undefined
  /** The connection that changes the app's keys where nobody attends to it. */
  readonly rotationAdmin?: string | undefined
  /** Begun on the Connect page, where another plan may take its place. */
  readonly isFromPage?: true | undefined
}

/** What a connection is beside its app. */
export type AboutConnection = Omit<KeptSetup, 'state'>

/** What a setup of the store works with. */
export interface StoredSetupContext extends ConnectionsContext {
  readonly connections: Pick<Connections, 'changed'>
}

/** One setup of the store. */
export class StoredSetup implements SetupPlace {
  /** That of the connection it leads to. */
  readonly id: string
  readonly #name: string
  readonly #about: AboutConnection
  readonly #context: StoredSetupContext
  readonly #lease: Lease

  /** @param about - what a new setup says of its connection; one that was begun keeps what it says. */
  constructor(
    context: StoredSetupContext,
    {
      id,
      name,
      about,
    }: { readonly id: string; readonly name: string; readonly about: AboutConnection },
    lease: Lease,
  ) {
    this.#context = context
    this.id = id
    this.#name = name
    this.#about = about
    this.#lease = lease
  }

  get label(): string {
    return `the setup of ${this.#name}`
  }

  async readSetup(): Promise<SetupState | undefined> {
    return (await this.readKept())?.state
  }

  /** The setup with what it says of its connection; undefined where none was begun. */
  async readKept(): Promise<KeptSetup | undefined> {
    const row = await readSetup(this.#context.store, this.id)
    return row && parseKeptSetup(row, await this.#context.customDomains())
  }

  /** Plan and key are one transaction. */
  async beginSetup(state: SetupState, key: PrivateKey): Promise<void> {
    const { store, seal, clock } = this.#context
    const place = this.#placeOf(key.publicJwk)
    const sealed = await seal.seal(place, key.privateJwk)
    await this.#lease.transaction(async () => {
      const setup = { id: this.id, name: this.#name, state: { ...this.#about, state } }
      if (!(await insertSetup(store, setup, clock.now()))) throw busy('setup', this.#name)
      await putSealed(store, seal, place, sealed)
    })
  }

  async saveSetup(state: SetupState): Promise<void> {
    await this.keep(state)
  }

  /** Keeps how far it got. @returns what it says of its connection. */
  async keep(state: SetupState): Promise<AboutConnection> {
    const { store, clock } = this.#context
    return this.#lease.transaction(async () => {
      const { state: _before, ...about } = (await this.readKept()) ?? setupNotFound(this.#name)
      await updateSetup(store, this.id, { ...about, state }, clock.now())
      return about
    })
  }

  async readKeyInUse({ plan }: SetupState): Promise<PrivateKey | undefined> {
    const { store, seal } = this.#context
    const connection = await readConnection(store, this.id)
    const place = this.#placeOf(connection?.settings.publicJwk ?? plan.publicJwk)
    const privateJwk = await readSecret(store, seal, place)
    if (privateJwk !== undefined) return importStoredKey(privateJwk)
    throw new SealError('seal_broken', `The private key of ${this.label} is not there.`, {
      remedy: 'Restore the store from a backup; or take the setup back, and begin it anew.',
      details: { ...place },
    })
  }

  /** @throws {StoredConnectionError} `connection_in_use` where feeds read over the connection that it led to. */
  async clear(): Promise<void> {
    const { store, connections } = this.#context
    await this.#lease.transaction(async () => {
      await deleteConnection(store, this.id)
      // Looked for behind the deletion, which waits for whoever adds one.
      await requireUnused(store, { id: this.id, name: this.#name })
    })
    connections.changed(this.id)
  }

  #placeOf({ kid }: PublicJwk): SecretPlace {
    return { connectionId: this.id, kind: 'private-key', label: kid }
  }
}

/** A stored setup, parsed. @throws {SetupError} `setup_state_invalid` */
export function parseKeptSetup(
  { state: kept }: Pick<SetupRow, 'state'>,
  customDomains: readonly string[],
): KeptSetup {
  // Written by this file; what is acted upon is judged again.
  const { state, ...about } = kept as KeptSetup
  return { ...about, state: parseSetupState(state, { customDomains }) }
}
