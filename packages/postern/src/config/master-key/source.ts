/** @module Where the master key comes from: a variable, a file, a credential, a command, or a key management service. */

import { PosternError, type Secret } from '@postern/core'

/** What a wrapped key is bound to: unwrapping needs the same members with the same values, in the same order. */
export type WrapContext = Readonly<Record<string, string>>

/** A key management service: it wraps with master keys that never leave it. */
export interface KeyService {
  /** @throws {MasterKeyError} `master_key_unreadable` where the service cannot be asked. */
  wrap(version: number, plain: Uint8Array, context: WrapContext): Promise<Uint8Array>
  /** @throws {MasterKeyError} `master_key_unreadable`; any other error where the service was asked and refuses. */
  unwrap(version: number, wrapped: Uint8Array, context: WrapContext): Promise<Uint8Array>
}

/** One version of the master key, from 1 on: its 32 bytes, or the service that has it. */
export type MasterKey =
  | { readonly version: number; readonly key: Secret<Uint8Array> }
  | { readonly version: number; readonly service: KeyService }

/** Gives every version of the master key that the operator has put there. */
export interface MasterKeySource {
  /** How the operator knows it: `env:NAME`, `file:PATH`, `credential:NAME`, `exec:` and `kms:` with the program alone. */
  readonly name: string
  /** Reads anew at each call. Gives one version at least. @throws {MasterKeyError} */
  read(): Promise<readonly MasterKey[]>
  /** Makes a version and keeps it beside the others, surviving a power cut. Absent where only the operator can. */
  add?(version: number): Promise<void>
  /** Forgets versions for good. Absent where only the operator can. */
  remove?(versions: readonly number[]): Promise<void>
}

/** What can be wrong with a master key before anything is opened with it. */
export type MasterKeyErrorCode =
  | 'master_key_missing'
  | 'master_key_malformed'
  | 'master_key_unsafe'
  | 'master_key_unreadable'
  | 'master_key_not_newer'

/** A master key that cannot be had. Names neither the key, nor the path or the command it would come from. */
export class MasterKeyError extends PosternError<MasterKeyErrorCode> {
  override readonly name = 'MasterKeyError'
}
