/** @module The disk's side of a rotation: the new key is there before anybody is called, and one file says which key is in use. */

import {
  type GenerateKeyOptions,
  generateKey,
  hasReached,
  keyInUse,
  type OrgUrl,
  type PrimeTest,
  type PrivateKey,
  type PublicJwk,
  planRotation,
  type RotationState,
  type ServiceAppCredential,
  type SetupState,
  thumbprint,
} from '@postern/core'
import { FolderError } from './folder-error.ts'
import type { SetupFolder } from './setup-folder.ts'

/** The app whose key is rotated, as it signs in today. */
export interface RotatedApp {
  readonly label: string
  readonly org: OrgUrl
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly dpopRequired: boolean
  /** Where Okta fetches its keys; absent where it keeps them. */
  readonly jwksUri?: string
  /** The public half of the key in use. */
  readonly publicJwk: PublicJwk
  /** Hosts that the operator allowed beyond Okta's own. */
  readonly customDomains: readonly string[]
  /** What the connection has beside that. */
  readonly more: Pick<ServiceAppCredential, 'authorizationServerId' | 'assertion' | 'headers'>
}

/** A rotation with its keys. */
export interface PreparedRotation {
  readonly state: RotationState
  /** Absent where the folder does not have it (any more). */
  readonly oldKey: PrivateKey | undefined
  readonly newKey: PrivateKey
}

/** The app of a setup's folder. @throws {FolderError} `folder_incomplete` */
export function appOfSetup(
  { plan, app, skipped }: SetupState,
  rotation: RotationState | undefined,
): RotatedApp {
  if (app === undefined) {
    throw new FolderError('folder_incomplete', 'The setup in that folder is not finished.', {
      remedy: 'Run the setup to its end first.',
    })
  }
  return {
    label: plan.label,
    org: plan.org,
    clientId: app.clientId,
    scopes: plan.scopes,
    dpopRequired: plan.dpopRequired && !('require-dpop' in skipped),
    ...(plan.jwksUri === undefined ? {} : { jwksUri: plan.jwksUri }),
    publicJwk: rotation === undefined ? plan.publicJwk : keyInUse(rotation),
    customDomains: [],
    more: {},
  }
}

/** Whether there is a rotation to go on with. */
export function isUnderWay(rotation: RotationState | undefined): rotation is RotationState {
  return rotation !== undefined && !['finished', 'rolled-back'].includes(rotation.phase)
}

/**
 * The rotation that is under way in a folder, or a new one: the new key is on the disk before the plan that names it.
 *
 * @throws {FolderError} `folder_incomplete` where the new key of a rotation that was begun is gone.
 */
export async function prepareRotation(
  folder: SetupFolder,
  app: RotatedApp,
  isProbablePrime: PrimeTest,
): Promise<PreparedRotation> {
  const kept = await folder.readRotation(app.customDomains)
  if (isUnderWay(kept)) {
    const newKey = await readKey(folder, kept.plan.newKey, isProbablePrime)
    const oldKey = await readKey(folder, kept.plan.oldKey, isProbablePrime)
    if (newKey !== undefined) return { state: kept, oldKey, newKey }
    if (hasReached(kept, 'registered')) throw keyGone(folder)
  }
  const newKey = await generateKey(likeKey(app.publicJwk))
  await folder.writeKey(newKey)
  const { org, clientId, scopes, jwksUri } = app
  const state = planRotation({
    org,
    clientId,
    scopes,
    oldKey: app.publicJwk,
    newKey: newKey.publicJwk,
    ...(jwksUri === undefined ? {} : { jwksUri }),
  })
  const oldKey = await readKey(folder, app.publicJwk, isProbablePrime)
  return { state, oldKey, newKey }
}

/** Makes a key the one in use: readers of the settings see the old one or the new one, with its kid. */
export async function useKey(
  folder: SetupFolder,
  { label, org, clientId, scopes, dpopRequired }: RotatedApp,
  publicJwk: PublicJwk,
): Promise<void> {
  const print = await thumbprint(publicJwk)
  await folder.writeEnv({
    label,
    org,
    clientId,
    scopes,
    dpopRequired,
    publicJwk,
    thumbprint: print,
  })
}

async function readKey(
  folder: SetupFolder,
  publicJwk: PublicJwk,
  isProbablePrime: PrimeTest,
): Promise<PrivateKey | undefined> {
  return folder.readKey(publicJwk, await thumbprint(publicJwk), isProbablePrime)
}

/** A new key of the same kind and size. */
function likeKey(old: PublicJwk): GenerateKeyOptions {
  if (old.kty === 'EC') return { alg: old.alg }
  // Base64url has four characters for three bytes.
  const bits = ([4096, 3072] as const).find((size) => old.n.length > size / 6 - 8)
  return { alg: old.alg, ...(bits === undefined ? {} : { bits }) }
}

function keyGone({ path }: SetupFolder): FolderError {
  return new FolderError('folder_incomplete', `The new private key is not in ${path}.`, {
    remedy: 'Put the key file back, or run with --rollback.',
    details: { folder: path },
  })
}
