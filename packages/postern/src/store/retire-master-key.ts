/** @module Takes the versions of the master key out of use that no secret needs any more. */

import { PosternError } from '@postern/core'
import { appendAudit, type Caller } from './audit.ts'
import {
  countSecretsByVersion,
  holdMasterKeyVersion,
  listMasterKeyVersions,
  retireMasterKeyVersion,
} from './master-key-versions.ts'
import type { Seal } from './seal.ts'
import type { Store } from './store.ts'

/** What a retirement has done so far. */
export type RetirementStep =
  | { readonly step: 'version-retired'; readonly version: number }
  | { readonly step: 'versions-removed'; readonly versions: readonly number[] }

/** What a retirement came to. */
export interface MasterKeyRetirement {
  readonly retired: readonly number[]
  /** Older versions that secrets still need, and how many do. */
  readonly kept: readonly { readonly version: number; readonly secrets: number }[]
  /** Retired versions that only the operator can take out of the source. */
  readonly toRemove: readonly number[]
}

/** A version of the master key that is still needed. */
class RetirementError extends PosternError<'master_key_in_use'> {
  override readonly name = 'RetirementError'
}

/**
 * Retires every version but the newest that no secret needs, and removes it from a master key file. A backup from before the
 * rotation needs it still: a copy belongs with that backup.
 *
 * @throws {SealError} `seal_locked`, also where the source does not give the newest version any more.
 * @throws {RetirementError} `master_key_in_use` where secrets need all of them.
 */
export async function retireMasterKeys(
  store: Store,
  seal: Seal,
  by: Caller,
  { onStep }: { readonly onStep?: (step: RetirementStep) => void } = {},
): Promise<MasterKeyRetirement> {
  await seal.keys.read()
  await seal.keys.requireGiven()
  const newest = (await seal.keys.newest()).version
  const known = await listMasterKeyVersions(store)
  const older = known.filter(({ version, retiredAt }) => version < newest && !retiredAt).reverse()
  const retired: number[] = []
  const kept: { version: number; secrets: number }[] = []
  for (const { version } of older) {
    const secrets = await retireOne(store, version, by)
    if (secrets > 0) kept.push({ version, secrets })
    else {
      retired.push(version)
      onStep?.({ step: 'version-retired', version })
    }
  }
  const [first] = kept
  if (first !== undefined && retired.length === 0) throw inUse(first)
  const gone = [...known.flatMap((row) => (row.retiredAt ? [row.version] : [])), ...retired]
  const toRemove = await removeFromSource(store, seal, newest, gone)
  onStep?.({ step: 'versions-removed', versions: gone })
  await seal.keys.read()
  return { retired, kept, toRemove }
}

/** How many secrets need the version; it is retired if none does. */
async function retireOne(store: Store, version: number, by: Caller): Promise<number> {
  return store.transaction(async () => {
    // Whoever keeps a secret under this version now is waited for, and counted.
    await holdMasterKeyVersion(store, version, 'change')
    const secrets = (await countSecretsByVersion(store)).get(version) ?? 0
    if (secrets > 0) return secrets
    await retireMasterKeyVersion(store, version)
    const { actor, requestId } = by
    const target = String(version)
    const entry = { actor, requestId, action: 'master-key.retire', target, outcome: 'ok' }
    await appendAudit(store, entry)
    return 0
  })
}

/** What the operator has to remove. Also what was retired before: the process may have been killed in between. */
async function removeFromSource(
  store: Store,
  { keys: { source } }: Seal,
  newest: number,
  versions: readonly number[],
): Promise<readonly number[]> {
  if (source === undefined) return []
  if (source.remove === undefined) {
    const given = (await source.read()).map(({ version }) => version)
    return given.filter((version) => versions.includes(version))
  }
  await store.transaction(async () => {
    // A rotation that writes to the same file is waited for.
    await holdMasterKeyVersion(store, newest, 'change')
    await source.remove?.(versions)
  })
  return []
}

function inUse({ version, secrets }: { version: number; secrets: number }): RetirementError {
  const observed = `Secrets need version ${version} of the master key: ${secrets} of them.`
  return new RetirementError('master_key_in_use', observed, {
    remedy: 'Run postern master-key rotate, which wraps them with the newest version.',
    details: { version, secrets },
  })
}
