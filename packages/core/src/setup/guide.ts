/** @module A guide: the steps of a person in the Admin Console, each with the values to paste and a check that it is done. */

import type { PublicJwk } from '../keys/public.ts'
import type { Signer } from '../keys/signer.ts'
import type { Org } from '../org/org.ts'
import type { Secret } from '../secret.ts'
import type { RoleChoice } from '../service-app/admin-roles.ts'
import type { Credential } from '../token/credential.ts'
import type { Transport } from '../transport.ts'
import type { OrgUrl } from '../url/org.ts'

/** What a person gives back after a step. */
export interface GuideQuestion {
  readonly field: 'orgUrl' | 'clientId' | 'apiToken'
  readonly label: string
  /** What other products call it. */
  readonly alsoCalled: readonly string[]
  /** It must not be shown or kept in the open. */
  readonly isSecret: boolean
}

/** What the person has given so far. */
export interface GuideAnswers {
  readonly org?: OrgUrl
  readonly clientId?: string
  readonly apiToken?: Secret
}

/** What a check works with. */
export interface GuideContext {
  /** A client of the org that signs in with a credential; a new one each time. */
  readonly openOrg: (org: OrgUrl, credential: Credential) => Org
  /** Reads what everybody may read. */
  readonly transport: Transport
  /** The private key whose public half is in the guide. */
  readonly key?: Signer
  readonly signal?: AbortSignal
}

/** Whether a step is done, as far as it can be seen from outside. */
export interface GuideOutcome {
  /** `unknown` where only the person can tell. */
  readonly status: 'done' | 'todo' | 'unknown'
  readonly observed: string
  readonly remedy?: string
}

/** One step. Everything but the check is data, to be shown as it is. */
export interface GuideStep {
  /** Unique in the guide. */
  readonly id: string
  readonly title: string
  /** Where in the Admin Console: several places are the same thing, at different ages of its menus. */
  readonly where: readonly string[]
  /** What to do there, one line for each deed; words between ** are those of the screen. */
  readonly actions: readonly string[]
  /** What to paste or look for. */
  readonly values: readonly { readonly label: string; readonly value: string }[]
  readonly warnings: readonly string[]
  readonly asks?: GuideQuestion
  /** Only the person can tell whether it is done: it leaves no trace that can be seen from outside. */
  readonly isToldOnly?: boolean
  /** Looks whether it is done, as often as the person says so. Never throws for what the org says. */
  check(answers: GuideAnswers, context: GuideContext): Promise<GuideOutcome>
}

/** What the guide to a service app leads to. */
export interface GuideOptions {
  /** The name of the new app. */
  readonly label: string
  readonly publicJwk: PublicJwk
  /** Where Okta shall fetch the public key; absent where it shall keep it. */
  readonly jwksUri?: string
  readonly scopes: readonly string[]
  readonly roles: readonly RoleChoice[]
}
