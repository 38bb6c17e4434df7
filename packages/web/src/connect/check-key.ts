/** @module Imports a pasted key in the browser, and says how far that came. */

import {
  importKey,
  KeyError,
  type PrivateKey,
  type Secret,
  type SigningAlg,
  signingAlgs,
} from '@postern/core'
import { problemOf } from '../problem.ts'
import type { KeyEntry } from './draft.ts'

/** What a key is judged with. */
export interface KeyContext {
  /** Chooses a key of a set; the id of a single key is judged by itself. */
  readonly keyId: string
}

/** What becomes of a key that is being checked. */
export async function checkKey(
  { text, passphrase }: { readonly text: Secret; readonly passphrase?: Secret },
  { keyId }: KeyContext,
): Promise<KeyEntry> {
  const options = { passphrase }
  try {
    const key = await importKey(text.reveal(), options).catch((error: unknown) => {
      if (!isCode(error, 'key_jwks_ambiguous') || keyId === '') throw error
      return importKey(text.reveal(), { ...options, kid: keyId })
    })
    const algs = await fittingAlgs(key, {
      text,
      passphrase,
      kid: key.kidGiven ? key.kid : undefined,
    })
    const opened = passphrase === undefined ? {} : { passphrase }
    return { at: 'understood', text, key, algs, ...opened }
  } catch (error) {
    const problem = problemOf(error)
    if (isCode(error, 'key_encrypted')) {
      return { at: 'locked', text, ...(passphrase === undefined ? {} : { problem }) }
    }
    return isCode(error, 'key_jwks_ambiguous')
      ? { at: 'set', text, problem, keyId }
      : { at: 'refused', problem }
  }
}

// What is larger is refused for its size, whatever is behind it.
const MAX_BYTES = 64 * 1024 + 1

/** The text of a file; what is no text as base64, which core reads too. */
export async function readKeyFile(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, MAX_BYTES).arrayBuffer())
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  }
}

/** The algorithms that a key may sign with. A JWK that names one is meant for no other, and only importing it tells. */
async function fittingAlgs(
  key: PrivateKey,
  { text, ...options }: { text: Secret; passphrase: Secret | undefined; kid: string | undefined },
): Promise<readonly SigningAlg[]> {
  if (key.kty === 'EC') return [key.alg]
  const algs = signingAlgs.filter((alg) => alg.startsWith('RS'))
  // Only a PEM is encrypted, and a PEM names none.
  if (options.passphrase !== undefined) return algs
  // Its primes were proven a moment ago.
  const proven = { ...options, isProbablePrime: () => Promise.resolve(true) }
  const judged = await Promise.all(
    algs.map((alg) =>
      importKey(text.reveal(), { ...proven, alg }).then(
        () => [alg],
        () => [],
      ),
    ),
  )
  return judged.flat()
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof KeyError && error.code === code
}
