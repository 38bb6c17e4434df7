/** @module What wraps data keys: a master key in this process, or a key management service. */

import type { MasterKey, WrapContext } from '../config/master-key/source.ts'
import { decrypt, encrypt } from './aes-gcm.ts'

/** One version of the master key, wherever it is. */
export interface KeyWrapper {
  /** From 1 on. */
  readonly version: number
  /** Wraps a data key of 32 bytes. @param context - bound to the result: unwrapping needs the same. */
  wrap(dataKey: Uint8Array, context: WrapContext): Promise<Uint8Array>
  /**
   * @throws {MasterKeyError} where a service cannot be asked; any other error where the key, the context or the bytes are not
   * those of `wrap`.
   */
  unwrap(wrapped: Uint8Array, context: WrapContext): Promise<Uint8Array>
}

/** Wraps with AES-256-GCM where the key is here, and through the service where that has it. */
export function wrapperOf(masterKey: MasterKey): KeyWrapper {
  const { version } = masterKey
  if ('service' in masterKey) {
    const { service } = masterKey
    return {
      version,
      wrap: (dataKey, context) => service.wrap(version, dataKey, context),
      unwrap: (wrapped, context) => service.unwrap(version, wrapped, context),
    }
  }
  const { key } = masterKey
  return {
    version,
    wrap: async (dataKey, context) => encrypt(key.reveal(), dataKey, bytesOf(context)),
    unwrap: async (wrapped, context) => decrypt(key.reveal(), wrapped, bytesOf(context)),
  }
}

/** What is authenticated beside the ciphertext, unambiguously. */
export function bytesOf(context: WrapContext): Uint8Array {
  return Buffer.from(JSON.stringify(context))
}
