/** @module What was proven of a new app, for whoever shows it. */

import { type AppProof, labelOfRole, type SetupState } from '@postern/core'

/** A new app and what it was seen to do. */
export interface ShownSetup {
  readonly name: string
  readonly org: string
  readonly label: string
  readonly clientId: string
  readonly appId: string
  readonly tokenType: AppProof['tokenType']
  readonly dpopRequired: boolean
  /** What was granted. */
  readonly scopes: readonly string[]
  readonly missingScopes: readonly string[]
  /** The names of its admin roles. */
  readonly roles: readonly string[]
  /** A read that only its role allows; null where none of the scopes allows one that would show it. */
  readonly read: { readonly path: string; readonly records: number } | null
  /** Why steps were left out, by their id. */
  readonly skipped: Readonly<Record<string, string>>
}

/** Shows what a setup came to. @param of.roles - as the org has them; empty where it was not asked. */
export function shownSetup(of: {
  readonly state: SetupState
  readonly clientId: string
  readonly proof: AppProof
  readonly roles: readonly string[]
}): ShownSetup {
  const { clientId, proof, roles } = of
  const { plan, app, skipped } = of.state
  return {
    name: plan.name,
    org: plan.org,
    label: plan.label,
    clientId,
    appId: app?.appId ?? clientId,
    tokenType: proof.tokenType,
    dpopRequired: proof.tokenType === 'DPoP',
    scopes: proof.scopes,
    missingScopes: plan.scopes.filter((scope) => !proof.scopes.includes(scope)),
    roles: roles.length > 0 ? roles : plan.roles.map(labelOfRole),
    read: proof.read ?? null,
    skipped,
  }
}
