/** @module A new version of the master key: made, kept, and every secret wrapped by it, while the store is in use. */

import { MasterKeyError } from '../config/master-key/source.ts'
import { appendAudit, type Caller } from './audit.ts'
import type { KeyWrapper } from './key-wrapper.ts'
import {
  addMasterKeyVersion,
  countSecretsByVersion,
  holdMasterKeyVersion,
  type KeyCheck,
  makeKeyCheck,
  newestMasterKeyVersion,
} from './master-key-versions.ts'
import { rewrapSecrets, type SecretLeft } from './rewrap-secrets.ts'
import type { Seal } from './seal.ts'
import type { Store } from './store.ts'

/** What a rotation has done so far, in this order; the last once for each secret. */
export type MasterKeyStep =
  | { readonly step: 'version-made'; readonly version: number }
  | { readonly step: 'version-kept'; readonly version: number }
  | { readonly step: 'secret-rewrapped'; readonly done: number; readonly total: number }

/** How a rotation runs. */
export interface RotateMasterKeyOptions {
  readonly onStep?: (step: MasterKeyStep) => void
  readonly signal?: AbortSignal
  /** Secrets that are read at a time; default 100. */
  readonly batchSize?: number
}

/** What a rotation came to. */
export interface MasterKeyRotation {
  /** The version that seals from now on. */
  readonly version: number
  /** Whether it is new; else an earlier rotation, which had not come to its end, was finished. */
  readonly isNew: boolean
  readonly rewrapped: number
  /** Those that an older version still wraps: they do not open. */
  readonly left: readonly SecretLeft[]
}

/**
 * Introduces a new version and wraps every data key with it. A file as the source gets the new version; another source has to
 * give it already. Where an earlier rotation was interrupted, that one is finished instead.
 *
 * Killed at any moment it leaves a store in which every secret opens. Others may use the store meanwhile: what they keep
 * after the version is introduced is wrapped by it.
 *
 * @throws {SealError} `seal_locked`, also where the source does not give the version in use any more.
 * @throws {MasterKeyError} `master_key_not_newer` where the source gives no higher version.
 */
export async function rotateMasterKey(
  store: Store,
  seal: Seal,
  by: Caller,
  { onStep, signal, batchSize = 100 }: RotateMasterKeyOptions = {},
): Promise<MasterKeyRotation> {
  await seal.keys.read()
  await seal.keys.requireGiven()
  const before = (await seal.keys.newest()).version
  const pending = await countOlder(store, before)
  const isNew = pending === 0 && (await introduceVersion(store, seal, before, by, onStep))
  await seal.keys.read()
  const { version } = await seal.keys.newest()
  const total = await countOlder(store, version)
  const { rewrapped, left } = await rewrapSecrets(store, seal, version, {
    batchSize,
    ...(signal !== undefined && { signal }),
    onRewrapped: (done) => onStep?.({ step: 'secret-rewrapped', done, total }),
  })
  const details = { rewrapped, left: left.length }
  await appendAudit(store, { ...entryOf(by, version), details })
  return { version, isNew, rewrapped, left }
}

/** False where another process introduced one in the meantime. */
async function introduceVersion(
  store: Store,
  seal: Seal,
  before: number,
  by: Caller,
  onStep: RotateMasterKeyOptions['onStep'],
): Promise<boolean> {
  // Asked before the transaction: a key management service may take its time.
  const given = await seal.keys.unused()
  const prepared = given && (await withCheck(given))
  const version = await store.transaction(async () => {
    // Waits for those who keep a secret under the version before; after this they find the new one.
    await holdMasterKeyVersion(store, before, 'change')
    if ((await newestMasterKeyVersion(store)) !== before) return undefined
    const { wrapper, check } =
      prepared ?? (await withCheck(await makeVersion(seal, before, onStep)))
    await addMasterKeyVersion(store, wrapper.version, check)
    await appendAudit(store, { ...entryOf(by, wrapper.version), details: { before } })
    return wrapper.version
  })
  if (version !== undefined) onStep?.({ step: 'version-kept', version })
  return version !== undefined
}

async function withCheck(
  wrapper: KeyWrapper,
): Promise<{ readonly wrapper: KeyWrapper; readonly check: KeyCheck }> {
  return { wrapper, check: await makeKeyCheck(wrapper) }
}

/**
 * One process at a time comes here: two would each put a version of its own into the file, and one of them be lost. What a
 * transaction that was given up has put there is taken: the same version twice would leave nobody a key.
 */
async function makeVersion(
  { keys }: Seal,
  before: number,
  onStep: RotateMasterKeyOptions['onStep'],
): Promise<KeyWrapper> {
  const left = await keys.unused()
  if (left === undefined) await keys.source?.add?.(before + 1)
  const made = left ?? (await keys.unused())
  if (made === undefined) throw notNewer(before, keys.source?.name ?? 'its source')
  onStep?.({ step: 'version-made', version: made.version })
  return made
}

function notNewer(version: number, source: string): MasterKeyError {
  const observed = `The newest version of the master key that ${source} gives is ${version}, which is in use.`
  return new MasterKeyError('master_key_not_newer', observed, {
    remedy: `Let ${source} give version ${version + 1} beside the others, then run postern master-key rotate again.`,
    details: { version },
  })
}

async function countOlder(store: Store, version: number): Promise<number> {
  const counts = await countSecretsByVersion(store)
  return [...counts].reduce((sum, [older, secrets]) => sum + (older < version ? secrets : 0), 0)
}

function entryOf({ actor, requestId }: Caller, version: number) {
  return { actor, requestId, action: 'master-key.rotate', target: String(version), outcome: 'ok' }
}
