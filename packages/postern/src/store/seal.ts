/** @module How secrets are encrypted in the store: each with a data key of its own, which the master key wraps. */

import { randomBytes } from 'node:crypto'
import { type Clock, Secret } from '@postern/core'
import {
  MasterKeyError,
  type MasterKeySource,
  type WrapContext,
} from '../config/master-key/source.ts'
import { decrypt, encrypt } from './aes-gcm.ts'
import { bytesOf } from './key-wrapper.ts'
import { MasterKeys, type SealState } from './master-keys.ts'
import { SealError } from './seal-error.ts'
import type { Store } from './store.ts'

/** What a secret of a connection can be. */
export const secretKinds = ['private-key', 'api-token', 'headers'] as const

/** What a secret is: of a connection, of a sink, what a plan would do, or what an action answered. */
export type SecretKind = (typeof secretKinds)[number] | 'sink' | 'plan' | 'action-answer'

/** Where a secret belongs. It is bound to this: moved elsewhere, it does not open. */
export interface SecretPlace {
  /** The connection it belongs to; of another kind, the sink, the plan or the run. */
  readonly connectionId: string
  readonly kind: SecretKind
  /** Tells secrets of one kind apart: the kid of a private key, the name among a sink's; empty where there is one only. */
  readonly label: string
}

/** A secret as it is stored. */
export interface SealedSecret {
  readonly keyVersion: number
  readonly wrappedKey: Uint8Array
  readonly sealed: Uint8Array
}

const DATA_KEY_BYTES = 32

/**
 * Seals and unseals secrets: a data key encrypts one secret once, and both are bound to the secret's place.
 *
 * With a key management service each call asks it: seal before a transaction, not inside.
 */
export class Seal {
  /** The versions of the master key. */
  readonly keys: MasterKeys

  constructor(keys: MasterKeys) {
    this.keys = keys
  }

  /** Whether secrets can be opened and kept, as of the last look. */
  get state(): SealState {
    return this.keys.state
  }

  /** @throws {SealError} `seal_locked` */
  async seal(place: SecretPlace, secret: Secret): Promise<SealedSecret> {
    const wrapper = await this.keys.newest()
    const dataKey = randomBytes(DATA_KEY_BYTES)
    const sealed = encrypt(dataKey, Buffer.from(secret.reveal()), placeOf(place))
    const wrappedKey = await wrapper
      .wrap(dataKey, wrapContext(place, wrapper.version))
      .catch((cause: unknown) => refuse(place, cause))
    return { keyVersion: wrapper.version, wrappedKey, sealed }
  }

  /** @throws {SealError} `seal_broken`, `seal_locked` */
  async unseal(place: SecretPlace, secret: SealedSecret): Promise<Secret> {
    const dataKey = await this.#dataKeyOf(place, secret)
    try {
      const plain = decrypt(dataKey, secret.sealed, placeOf(place))
      return new Secret(Buffer.from(plain).toString('utf8'))
    } catch (cause) {
      return refuse(place, cause)
    }
  }

  /**
   * Wraps the data key of a secret with another version of the master key; the secret itself is not opened.
   *
   * @throws {SealError} `seal_broken`, `seal_locked`
   */
  async rewrap(place: SecretPlace, secret: SealedSecret, version: number): Promise<SealedSecret> {
    const wrapper = await this.keys.get(version)
    const dataKey = await this.#dataKeyOf(place, secret)
    const wrappedKey = await wrapper
      .wrap(dataKey, wrapContext(place, version))
      .catch((cause: unknown) => refuse(place, cause))
    return { keyVersion: version, wrappedKey, sealed: secret.sealed }
  }

  async #dataKeyOf(place: SecretPlace, secret: SealedSecret): Promise<Uint8Array> {
    const { keyVersion, wrappedKey } = secret
    const wrapper = await this.keys.get(keyVersion)
    return wrapper
      .unwrap(wrappedKey, wrapContext(place, keyVersion))
      .catch((cause: unknown) => refuse(place, cause))
  }
}

/** What {@link openSeal} is given beside the store. */
export interface OpenSealOptions {
  /** Where the master key comes from. Without one the store is locked. */
  readonly source: MasterKeySource | undefined
  readonly clock?: Clock
}

/**
 * Opens the seal of a store: looks for the master key and proves it. In a store that has no secret and never had a master
 * key, the one that is found becomes its own. Where none is right the seal is locked, and says so in its `state`.
 */
export async function openSeal(store: Store, options: OpenSealOptions): Promise<Seal> {
  const keys = new MasterKeys({ store, ...options })
  await keys.read()
  return new Seal(keys)
}

const OTHER_OWNERS: Partial<Readonly<Record<SecretKind, string>>> = {
  sink: 'sink',
  plan: 'plan',
  'action-answer': 'run',
}

function refuse(place: SecretPlace, cause: unknown): never {
  const { connectionId, kind, label } = place
  const details = { connectionId, kind, label }
  const owner = OTHER_OWNERS[kind] ?? 'connection'
  const which = `secret ${kind}${label === '' ? '' : ` ${label}`} of ${owner} ${connectionId}`
  if (cause instanceof MasterKeyError) {
    const { message, remedy } = cause
    const observed = `The ${which} cannot be reached: ${message}`
    throw new SealError('seal_locked', observed, { remedy, details, cause })
  }
  throw new SealError('seal_broken', `The ${which} does not open.`, {
    remedy:
      kind === 'sink'
        ? 'Restore the row from a backup, or give the sink its secret anew.'
        : 'Restore the row from a backup, or give the connection a new credential.',
    details,
    cause,
  })
}

function wrapContext({ connectionId, kind, label }: SecretPlace, version: number): WrapContext {
  const row = { connection: connectionId, kind, label }
  return { format: '1', table: 'secret', column: 'wrapped_key', ...row, version: String(version) }
}

function placeOf({ connectionId, kind, label }: SecretPlace): Uint8Array {
  const row = { connection: connectionId, kind, label }
  return bytesOf({ format: '1', table: 'secret', column: 'sealed', ...row })
}
