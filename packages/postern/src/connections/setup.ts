/** @module The disk's side of a setup: plan, key and settings are there before anybody is called, and kept after each step. */

import {
  generateKey,
  keyInUse,
  newSetupState,
  type PrimeTest,
  type PrivateKey,
  type PublicJwk,
  type SetupPlan,
  type SetupState,
  thumbprint,
} from '@postern/core'
import { FolderError } from './folder-error.ts'
import type { SetupFolder } from './setup-folder.ts'

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
  readonly isProbablePrime: PrimeTest
}

/**
 * The plan and the key of a folder, made where there is none yet. Everything is on the disk before the first call: the
 * plan, then the key and the settings; a state says that it was begun only after all of them.
 *
 * @throws {FolderError} `folder_incomplete` where the key of a setup that was begun is gone.
 */
export async function prepareSetup(
  folder: SetupFolder,
  { plan, requireSame, isProbablePrime }: PrepareSetupOptions,
): Promise<PreparedSetup> {
  const kept = await folder.readSetup()
  // Undone, and stopped before its files were deleted.
  if (kept?.undoneAt !== undefined) await folder.clear()
  else if (kept !== undefined) {
    requireSame(kept.plan)
    const rotation = await folder.readRotation()
    const inUse = rotation === undefined ? kept.plan.publicJwk : keyInUse(rotation)
    const key = await folder.readKey(inUse, await thumbprint(inUse), isProbablePrime)
    if (key !== undefined) return { state: kept, key }
    if (kept.startedAt !== undefined) throw keyGone(folder)
    // The plan was kept and the machine stopped before its key was: nobody has seen either.
  }
  const key = await generateKey()
  const state = newSetupState(plan(key.publicJwk))
  await folder.saveSetup(state)
  await folder.writeKey(key)
  if (state.plan.jwksUri !== undefined) await folder.writeKeySet([key.publicJwk])
  await writeSettings(folder, state, key)
  return { state, key }
}

/** Keeps a state; the settings for other tools before it, since the client id may be known only now. */
export async function keepSetup(
  folder: SetupFolder,
  state: SetupState,
  key: PrivateKey,
): Promise<void> {
  await writeSettings(folder, state, key)
  await folder.saveSetup(state)
}

function writeSettings(
  folder: SetupFolder,
  { plan, app, skipped }: SetupState,
  { publicJwk, thumbprint: print }: PrivateKey,
): Promise<void> {
  return folder.writeEnv({
    label: plan.label,
    org: plan.org,
    clientId: app?.clientId ?? plan.clientId,
    publicJwk,
    thumbprint: print,
    scopes: plan.scopes,
    dpopRequired: plan.dpopRequired && !('require-dpop' in skipped),
  })
}

function keyGone({ path }: SetupFolder): FolderError {
  return new FolderError('folder_incomplete', `The private key of ${path} is not there.`, {
    remedy: 'Put the key file back; or run with --undo, and then the setup anew.',
    details: { folder: path },
  })
}
