/** @module The refusal to begin what the credential of an administrator would not carry to its end. */

import { scopesNotOffered } from '../org/offered-scopes.ts'
import type { Org } from '../org/org.ts'
import { type DocumentOptions, readPublicDocument } from '../org/public-document.ts'
import {
  type AskLimits,
  checkPrerequisites,
  describeMissing,
} from '../service-app/prerequisites.ts'
import type { SetupPlan } from './plan.ts'
import { SetupError } from './setup-error.ts'

/**
 * Refuses to begin where something would fail halfway, naming all of it.
 *
 * @throws {SetupError} `setup_prerequisite_missing`
 */
export async function requirePrerequisites(
  admin: Org,
  { via, roles }: Pick<SetupPlan, 'via' | 'roles'>,
  limits: AskLimits = {},
): Promise<void> {
  const prerequisites = await checkPrerequisites(
    admin,
    { via, assignsRoles: roles.length > 0 },
    limits,
  )
  const missing = describeMissing(prerequisites)
  if (missing === undefined) return
  throw new SetupError('setup_prerequisite_missing', `The admin credential may not: ${missing}`, {
    remedy:
      'Use an API token that a Super Admin created (Security > API > Tokens > Create token); without one, take --guide or --output terraform.',
    details: { prerequisites },
  })
}

/**
 * Refuses to begin where the org would refuse to grant a scope, because it has none of that name.
 *
 * @throws {SetupError} `setup_plan_invalid`
 */
export async function requireOfferedScopes(
  { org, scopes }: Pick<SetupPlan, 'org' | 'scopes'>,
  options: DocumentOptions,
): Promise<void> {
  const unknown = await scopesNotOffered(org, scopes, (url) => readPublicDocument(url, options))
  if (unknown.length === 0) return
  throw new SetupError('setup_plan_invalid', `The org has no scope ${unknown.join(', ')}.`, {
    remedy: 'Undo this setup (--undo) and begin again with the right names in --scopes.',
    details: { scopes: unknown },
  })
}
