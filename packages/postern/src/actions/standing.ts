/** @module Standing approvals: whether what an operator approved before covers what was found. */

import type { ActionObject, JsonValue, Prepared } from '@postern/core'
import type { StandingApproval } from '../config/standing-approval.ts'
import { jsonDigest } from './canonical-json.ts'

/** What an action would do, as far as approvals are about it. */
export interface Judged extends Pick<Prepared, 'objects' | 'effects'> {
  readonly action: string
}

/** Those of the approvals whose limits hold it, but for how many a day. */
export function coveringApprovals(
  approvals: readonly StandingApproval[],
  { action, objects, effects }: Judged,
): readonly StandingApproval[] {
  return approvals.filter(
    (approval) =>
      approval.action === action &&
      effects.length <= (approval.maxItems ?? Number.POSITIVE_INFINITY) &&
      isWithin(objects, 'group', approval.groups) &&
      isWithin(objects, 'app', approval.apps),
  )
}

/** What a plan says decided on it. The same for an approval with the same limits, wherever it stands in the file. */
export function nameOfApproval(approval: StandingApproval): string {
  const digest = jsonDigest(approval as unknown as JsonValue)
  return `standing:${Buffer.from(digest).toString('hex').slice(0, 16)}`
}

/** A limit to some objects holds nothing that is about none of their kind. */
function isWithin(
  objects: readonly ActionObject[],
  kind: ActionObject['kind'],
  allowed: readonly string[] | undefined,
): boolean {
  if (allowed === undefined) return true
  const ofKind = objects.filter((object) => object.kind === kind)
  const isAllowed = ({ id, name }: ActionObject) =>
    allowed.includes(id) || (!ID.test(name) && allowed.includes(name))
  return ofKind.length > 0 && ofKind.every(isAllowed)
}

// As Okta makes the ids of groups and apps. No name is taken for one: somebody could call a group of their own by the id that
// was meant.
const ID = /^0(?:0g|oa)[A-Za-z0-9]{17}$/
