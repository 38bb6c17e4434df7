/** @module What a setup begins or goes on with: plan, key and settings are kept before anybody is called. */

import {
  generateKey,
  newSetupState,
  type PrivateKey,
  type PublicJwk,
  type SetupPlan,
  type SetupState,
} from '@postern/core'
import { FolderError } from './folder-error.ts'
import type { SetupPlace } from './setup-place.ts'

/** What a setup begins or goes on with. */
export interface PreparedSetup {
  readonly state: SetupState
  readonly key: PrivateKey
}

/** What {@link prepareSetup} asks whoever knows what is wanted. */
export interface PrepareSetupOptions {
  /** The plan, where there is none yet. */
  readonly plan: (publicJwk: PublicJwk) => SetupPlan
  /** Refuses to go on with a plan that is not the wanted one. */
  readonly requireSame: (plan: SetupPlan) => void
}

/**
 * The plan and the key of a place, made where there is none yet. Everything is kept before the first call: the plan, then
 * the key and the settings; a state says that it was begun only after all of them.
 *
 * @throws {FolderError} `folder_incomplete` where the key of a setup that was begun is gone.
 */
export async function prepareSetup(
  place: SetupPlace,
  { plan, requireSame }: PrepareSetupOptions,
): Promise<PreparedSetup> {
  const kept = await place.readSetup()
  // Undone, and stopped before what it kept was removed.
  if (kept?.undoneAt !== undefined) await place.clear()
  else if (kept !== undefined) {
    requireSame(kept.plan)
    const key = await place.readKeyInUse(kept)
    if (key !== undefined) return { state: kept, key }
    if (kept.startedAt !== undefined) throw keyGone(place)
    // The plan was kept and the machine stopped before its key was: nobody has seen either.
  }
  const key = await generateKey()
  const state = newSetupState(plan(key.publicJwk))
  await place.beginSetup(state, key)
  return { state, key }
}

function keyGone({ label }: SetupPlace): FolderError {
  return new FolderError('folder_incomplete', `The private key of ${label} is not there.`, {
    remedy: 'Put the key file back; or run with --undo, and then the setup anew.',
    details: { folder: label },
  })
}
