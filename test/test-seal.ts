/** @module A seal for tests, with a master key that was made for it. */

import { randomBytes } from 'node:crypto'
import { masterKeyFromEnv } from '../packages/postern/src/config/master-key/env.ts'
import type { MasterKeySource } from '../packages/postern/src/config/master-key/source.ts'
import { openSeal, type Seal } from '../packages/postern/src/store/seal.ts'
import type { Store } from '../packages/postern/src/store/store.ts'

/** A master key as a line of its text form. TEST KEY. */
export function testKeyLine(version = 1): string {
  return `postern-master-key:${version}:${randomBytes(32).toString('base64url')}`
}

/** A source that gives the text `K` of an object, which a test may change; from the start, a new master key. */
export function testKeySource(
  env: { K?: string | undefined } = { K: testKeyLine() },
): MasterKeySource {
  return masterKeyFromEnv('K', env)
}

/** An unlocked seal of a new store. */
export async function openTestSeal(store: Store): Promise<Seal> {
  return openSeal(store, { source: testKeySource() })
}
