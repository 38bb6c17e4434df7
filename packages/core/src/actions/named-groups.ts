/** @module The groups that a new name would run into. */

import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { membersOf, textOf } from '../org/members.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import { type FoundGroup, groupsNamed } from './find-group.ts'
import { nameOf } from './reference.ts'

/** The group that has a name already; one of an app may have it too, and does not count. */
export async function holderOf(calls: Calls, name: string): Promise<FoundGroup | undefined> {
  const found = await groupsNamed(calls, name)
  return found.find(({ type }) => type !== 'APP_GROUP')
}

/** The description of a group; null where it has none. */
export function descriptionOf({ whole }: { readonly whole: JsonObject }): string | null {
  return textOf(membersOf(whole, 'profile'), 'description') ?? null
}

/** What a refusal says of the group that has a name. */
export interface Existing {
  /** `exists, and differs in its description` */
  readonly observed: string
  readonly remedy: string
  readonly cause?: unknown
}

/** The refusal of a name that a group has already. */
export function groupExists(group: FoundGroup, { observed, remedy, cause }: Existing): ActionError {
  return new ActionError('action_object_exists', `The group ${nameOf(group)} ${observed}.`, {
    remedy,
    details: { groupId: group.id },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Whether Okta refused a group because another has its name. */
export function isDuplicate(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false
  const { errorCode, causes } = error.okta
  const isOfName = causes.some((cause) => cause.startsWith('name: An object with this field'))
  return errorCode === 'E0000055' || (errorCode === 'E0000001' && isOfName)
}
