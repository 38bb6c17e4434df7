/** @module A rotation's place that is the store: each step and its audit row are one transaction, and both keys are sealed. */

import {
  deadKey,
  isSameKey,
  keyInUse,
  type PosternError,
  type PrivateKey,
  type PublicJwk,
  type RotationState,
  thumbprint,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import { type ConnectionRow, readConnection, updateConnection } from '../store/connections.ts'
import { holdConnection } from '../store/feeds.ts'
import type { Lease } from '../store/leases.ts'
import { putRotation, readRotation } from '../store/rotations.ts'
import type { SecretPlace } from '../store/seal.ts'
import { putSealed, readSecret, removeSecrets } from '../store/secrets.ts'
import type { ConnectionsContext } from './context.ts'
import { importStoredKey } from './credential.ts'
import {
  dueAt,
  type KeptRotation,
  parseKept,
  retryAt,
  withFailure,
  withState,
} from './kept-rotation.ts'
import type { RotatedApp } from './rotated-app.ts'
import type { RotationPlace } from './rotation-place.ts'
import { nextRotationAt } from './save.ts'
import { connectionChanged, connectionNotFound } from './stored-connection-error.ts'

/** The connection whose key is rotated. */
export type RotatedConnection = Pick<ConnectionRow, 'id' | 'name' | 'org_url'>

/** Who rotates, and how. */
export interface StoredRotationOptions {
  readonly lease: Lease
  readonly by: Caller
  /** What is kept of how it goes on, for each state that is kept. */
  readonly plan: (state: RotationState | undefined) => Pick<KeptRotation, 'unattended' | 'admin'>
}

/** The rotation of a stored connection. */
export class StoredRotation implements RotationPlace {
  readonly #context: ConnectionsContext
  readonly #connection: RotatedConnection
  readonly #options: StoredRotationOptions

  constructor(
    context: ConnectionsContext,
    connection: RotatedConnection,
    options: StoredRotationOptions,
  ) {
    this.#context = context
    this.#connection = connection
    this.#options = options
  }

  async readRotation(): Promise<RotationState | undefined> {
    const state = (await this.#read())?.state
    return state && isOf(state, await this.#readConnection()) ? state : undefined
  }

  /** @throws {StoredConnectionError} `connection_changed` where the connection has another credential by now. */
  async beginRotation(state: RotationState, newKey: PrivateKey): Promise<void> {
    const { seal, store } = this.#context
    const sealed = await seal.seal(this.#placeOf(newKey.publicJwk), newKey.privateJwk)
    await this.#transaction(async () => {
      await this.#holdOwn(state)
      const { id } = this.#connection
      // What a rotation left that was given up because the connection got another credential.
      const others = {
        connectionId: id,
        kind: 'private-key',
        except: state.plan.oldKey.kid,
      } as const
      await removeSecrets(store, others)
      await putSealed(store, seal, this.#placeOf(newKey.publicJwk), sealed)
      await this.#put({ ...this.#options.plan(state), state, failures: 0 })
      await this.#scheduleNext()
      await this.#audit(state)
    })
  }

  /** @throws as {@link StoredRotation.beginRotation} */
  async saveRotation(state: RotationState): Promise<void> {
    await this.#transaction(async () => {
      await this.#holdOwn(state)
      const kept = await this.#require()
      await this.#put({ ...withState(kept, state), ...this.#options.plan(state) })
      const dead = deadKey(state)
      if (dead !== undefined) await removeSecrets(this.#context.store, this.#placeOf(dead))
      if (kept.state?.phase !== state.phase) await this.#audit(state)
    })
  }

  /**
   * The key, the revision, how far the rotation got and the audit row change together.
   *
   * @throws as {@link StoredRotation.beginRotation}
   */
  async useKey(_app: RotatedApp, publicJwk: PublicJwk): Promise<void> {
    const { store, clock } = this.#context
    await this.#transaction(async () => {
      const kept = await this.#require()
      const row = await this.#holdOwn(kept.state)
      if (row.settings.publicJwk?.kid === publicJwk.kid) return
      const now = clock.now()
      const change = {
        settings: { ...row.settings, publicJwk },
        credentialSince: now,
        nextRotationAt: nextRotationAt(row.rotation_interval_days ?? undefined, now) ?? null,
      }
      if (!(await updateConnection(store, row, change, now))) throw connectionChanged(row.name)
      // Back to the old key has a phase of its own already.
      if (kept.state?.phase !== 'proven') return
      const state = { ...kept.state, phase: 'switched' } as const
      await this.#put({ ...withState(kept, state), ...this.#options.plan(state) })
      await this.#audit(state)
    })
  }

  async readKey(publicJwk: PublicJwk): Promise<PrivateKey | undefined> {
    const { store, seal } = this.#context
    const privateJwk = await readSecret(store, seal, this.#placeOf(publicJwk))
    if (privateJwk === undefined) return undefined
    const key = await importStoredKey(privateJwk)
    return key.thumbprint === (await thumbprint(publicJwk)) ? key : undefined
  }

  /** Keeps the key set that is published from now on. */
  async publish(keys: readonly PublicJwk[]): Promise<void> {
    await this.#transaction(async () => {
      const at = this.#context.clock.now().toISOString()
      await this.#put({ ...(await this.#require()), published: { keys, at } })
    })
  }

  /** Keeps why it stopped. One that was given up waits for a person. */
  async fail(error: PosternError): Promise<void> {
    const { store, clock } = this.#context
    await this.#transaction(async () => {
      // Removed meanwhile, with its rotation.
      if (!(await holdConnection(store, this.#connection.id))) return
      const before = (await this.#read()) ?? { ...this.#options.plan(undefined), failures: 0 }
      const { state } = before
      const isGivenUp = state !== undefined && !isOf(state, await this.#readConnection())
      const kept = withFailure(before, error, clock.now())
      await this.#put(isGivenUp ? { ...kept, unattended: false } : kept)
      if (kept.state === undefined) await this.#scheduleNext(retryAt(kept))
      await this.#audit(kept.state, error.code)
    })
  }

  #transaction(work: () => Promise<void>): Promise<void> {
    return this.#options.lease.transaction(work)
  }

  async #read(): Promise<KeptRotation | undefined> {
    const { store } = this.#context
    const row = await readRotation(store, this.#connection.id)
    // The org was judged when the connection was opened.
    return row && parseKept(row, [new URL(this.#connection.org_url).hostname])
  }

  async #require(): Promise<KeptRotation> {
    return (await this.#read()) ?? Promise.reject(connectionChanged(this.#connection.name))
  }

  /** The connection, which nobody changes until the transaction ends, where the rotation is still of its credential. */
  async #holdOwn(state: RotationState | undefined): Promise<ConnectionRow> {
    await holdConnection(this.#context.store, this.#connection.id)
    const row = await this.#readConnection()
    if (state === undefined || !isOf(state, row)) throw connectionChanged(row.name)
    return row
  }

  async #readConnection(): Promise<ConnectionRow> {
    const { id, name } = this.#connection
    const row = await readConnection(this.#context.store, id)
    return row ?? Promise.reject(connectionNotFound(name))
  }

  #put(kept: KeptRotation): Promise<void> {
    const { store, clock } = this.#context
    const now = clock.now()
    const { id: connectionId } = this.#connection
    return putRotation(store, { connectionId, state: kept, dueAt: dueAt(kept, now) }, now)
  }

  /** The next scheduled rotation is counted from this one, so that a failing one is gone on with, and not begun anew. */
  async #scheduleNext(earlier?: Date): Promise<void> {
    const { store, clock } = this.#context
    const row = await this.#readConnection()
    const regular = nextRotationAt(row.rotation_interval_days ?? undefined, clock.now())
    if (regular === undefined) return
    const next = earlier ?? regular
    if (await updateConnection(store, row, { nextRotationAt: next }, clock.now())) return
    throw connectionChanged(row.name)
  }

  #audit(state: RotationState | undefined, outcome = 'ok'): Promise<void> {
    const { store, clock } = this.#context
    const details = state && {
      phase: state.phase,
      oldKey: state.plan.oldKey.kid,
      newKey: state.plan.newKey.kid,
    }
    return appendAudit(
      store,
      {
        ...this.#options.by,
        action: 'connection.rotate',
        connection: this.#connection.name,
        outcome,
        ...(details === undefined ? {} : { details }),
      },
      clock.now(),
    )
  }

  #placeOf({ kid }: PublicJwk): SecretPlace {
    return { connectionId: this.#connection.id, kind: 'private-key', label: kid }
  }
}

/** Whether a rotation is of the credential that a connection has now: it may have got another one since. */
export function isOf(state: RotationState, { client_id, settings }: ConnectionRow): boolean {
  const { plan, phase } = state
  const { publicJwk } = settings
  // Only this phase is kept before the connection has its key.
  const keys = phase === 'rolling-back' ? [plan.oldKey, plan.newKey] : [keyInUse(state)]
  const isInUse = (key: PublicJwk) =>
    publicJwk?.kid === key.kid && publicJwk.alg === key.alg && isSameKey({ ...publicJwk }, key)
  return plan.clientId === client_id && keys.some(isInUse)
}
