/** @module What a rotation works with, and what it tells while it runs. */

import type { Clock } from '../clock.ts'
import type { PublicJwk } from '../keys/public.ts'
import type { Signer } from '../keys/signer.ts'
import type { Org } from '../org/org.ts'
import type { ServiceAppCredential } from '../token/credential.ts'
import type { Transport } from '../transport.ts'
import type { RotationPhase, RotationState } from './rotation.ts'

/** What a rotation works with. */
export interface RotationContext {
  /** Where Okta keeps the keys: a Super Admin's, or the app itself. */
  readonly admin?: Org
  /** A client of the org that signs in with a credential; a new one each time. */
  readonly openOrg: (credential: ServiceAppCredential) => Org
  readonly credential: Omit<ServiceAppCredential, 'key' | 'scopes' | 'clientId' | 'kind'>
  /** Needed to bring it back, and for nothing else. */
  readonly oldKey?: Signer
  /** Absent where it is lost: then the rotation can only be taken back. */
  readonly newKey?: Signer
  /** Keeps the state where it survives a power cut. Called before the first call and after each phase. */
  readonly save: (state: RotationState) => Promise<void>
  /** Makes this the key in use. Resolves when nothing signs with the other one any more. */
  readonly switchKey: (key: PublicJwk) => Promise<void>
  /** Hands over the key set to be published at the URL. */
  readonly publish?: (keys: readonly PublicJwk[]) => Promise<void>
  /** Reads the key set at the URL. Default: `fetch`. */
  readonly transport?: Transport
  readonly clock?: Clock
  readonly onProgress?: (progress: RotationProgress) => void
  readonly signal?: AbortSignal
}

/** What happens, for whoever shows it. */
export type RotationProgress =
  | { readonly event: 'reached'; readonly phase: RotationPhase; readonly kid: string }
  | { readonly event: 'waiting'; readonly reason: string; readonly waitMs: number }
