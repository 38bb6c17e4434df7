/** @module How secrets are encrypted in the store: each with a data key of its own, which the master key wraps. */

import { randomBytes } from 'node:crypto'
import { PosternError, Secret } from '@postern/core'
import { decrypt, encrypt, type KeyWrapper } from './key-wrapper.ts'

/** What a secret is. */
export type SecretKind = 'private-key' | 'api-token' | 'headers'

/** Where a secret belongs. It is bound to this: moved elsewhere, it does not open. */
export interface SecretPlace {
  readonly connectionId: string
  readonly kind: SecretKind
  /** Tells secrets of one kind apart: the kid of a private key; empty where there is one only. */
  readonly label: string
}

/** A secret as it is stored. */
export interface SealedSecret {
  readonly keyVersion: number
  readonly wrappedKey: Uint8Array
  readonly sealed: Uint8Array
}

/** What can be wrong with a secret of the store. */
export type SealErrorCode = 'seal_broken' | 'seal_locked'

/** A secret that cannot be opened, or closed. Names its place, never its content. */
export class SealError extends PosternError<SealErrorCode> {
  override readonly name = 'SealError'
}

const DATA_KEY_BYTES = 32
const FORMAT = 1

/**
 * Seals and unseals secrets.
 *
 * @see NIST SP 800-38D - AES-GCM, with random nonces of 96 bits: a data key encrypts one secret once
 */
export class Seal {
  readonly #wrappers: ReadonlyMap<number, KeyWrapper>

  /** @param wrappers - the versions of the master key that are at hand; the highest seals. */
  constructor(wrappers: readonly KeyWrapper[]) {
    this.#wrappers = new Map(wrappers.map((wrapper) => [wrapper.version, wrapper]))
  }

  /** @throws {SealError} `seal_locked` */
  async seal(place: SecretPlace, secret: Secret): Promise<SealedSecret> {
    const keyVersion = Math.max(...this.#wrappers.keys())
    const dataKey = randomBytes(DATA_KEY_BYTES)
    const sealed = encrypt(dataKey, Buffer.from(secret.reveal()), bytesOf('sealed', place))
    const wrapPlace = bytesOf('wrapped_key', place, keyVersion)
    const wrappedKey = await this.#wrapper(place, keyVersion).wrap(dataKey, wrapPlace)
    return { keyVersion, wrappedKey, sealed }
  }

  /** @throws {SealError} `seal_broken`, `seal_locked` */
  async unseal(
    place: SecretPlace,
    { keyVersion, wrappedKey, sealed }: SealedSecret,
  ): Promise<Secret> {
    const wrapper = this.#wrapper(place, keyVersion)
    try {
      const dataKey = await wrapper.unwrap(wrappedKey, bytesOf('wrapped_key', place, keyVersion))
      const plain = decrypt(dataKey, sealed, bytesOf('sealed', place))
      return new Secret(Buffer.from(plain).toString('utf8'))
    } catch (cause) {
      throw new SealError('seal_broken', `The ${describe(place)} does not open.`, {
        remedy: 'Restore the row from a backup, or give the connection a new credential.',
        details: { ...place },
        cause,
      })
    }
  }

  #wrapper(place: SecretPlace, version: number): KeyWrapper {
    const wrapper = this.#wrappers.get(version)
    if (wrapper !== undefined) return wrapper
    throw new SealError(
      'seal_locked',
      `The ${describe(place)} needs a master key that is not here.`,
      {
        remedy: 'Start with the master key that the store was made with.',
        details: { ...place, version },
      },
    )
  }
}

function describe({ connectionId, kind, label }: SecretPlace): string {
  return `secret ${kind} ${label} of connection ${connectionId}`.replace('  ', ' ')
}

/** What is authenticated beside the secret: where it is, unambiguously. */
function bytesOf(column: string, { connectionId, kind, label }: SecretPlace, version?: number) {
  return Buffer.from(JSON.stringify([FORMAT, 'secret', column, connectionId, kind, label, version]))
}
