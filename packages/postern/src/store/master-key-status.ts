/** @module What a person wants to know of the master key: whether it is right, and which versions are needed. */

import { countSecretsByVersion, listMasterKeyVersions } from './master-key-versions.ts'
import type { SealState } from './master-keys.ts'
import type { Seal } from './seal.ts'
import type { Store } from './store.ts'

/** The master key of a store. */
export interface MasterKeyStatus {
  readonly state: SealState
  /** How the operator named the source; undefined where there is none. */
  readonly source?: string
  /** The newest first. */
  readonly versions: readonly MasterKeyVersionStatus[]
}

/** One version of it. */
export interface MasterKeyVersionStatus {
  readonly version: number
  /** How many secrets it wraps. */
  readonly secrets: number
  /** Whether this process has it, and it is the right one. */
  readonly atHand: boolean
  readonly createdAt: Date
  readonly retiredAt?: Date
}

/** Looks at the source and the store anew. Also while the store is locked. */
export async function readMasterKeyStatus(store: Store, { keys }: Seal): Promise<MasterKeyStatus> {
  await keys.read()
  const [known, counts] = [await listMasterKeyVersions(store), await countSecretsByVersion(store)]
  return {
    state: keys.state,
    ...(keys.source !== undefined && { source: keys.source.name }),
    versions: known.map(({ version, createdAt, retiredAt }) => ({
      version,
      secrets: counts.get(version) ?? 0,
      atHand: keys.versions.includes(version),
      createdAt,
      ...(retiredAt !== undefined && { retiredAt }),
    })),
  }
}
