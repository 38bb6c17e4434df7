/** @module The app whose key is rotated, as it signs in today. */

import {
  keyInUse,
  type OrgUrl,
  type PrivateKey,
  type PublicJwk,
  type RotationState,
  type ServiceAppCredential,
  type SetupState,
} from '@postern/core'
import { FolderError } from './folder-error.ts'

/** A service app and how it signs in. */
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
  readonly more: Pick<
    ServiceAppCredential,
    'authorizationServerId' | 'assertion' | 'assertionParameter' | 'headers'
  >
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

/** The app as an administrator of itself: it may change its keys with this scope and the role of a Super Admin. */
export function selfAdmin(
  { clientId, dpopRequired, more }: RotatedApp,
  key: PrivateKey,
): ServiceAppCredential {
  const { authorizationServerId: _none, ...rest } = more
  return {
    kind: 'service-app',
    // Okta's own scopes come from the org's own authorization server alone.
    ...rest,
    ...(dpopRequired ? { dpopRequired: true } : {}),
    clientId,
    key,
    scopes: ['okta.apps.manage'],
  }
}
