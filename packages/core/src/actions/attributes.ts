/** @module The attributes that an action names, beside those that an object has. */

import type { JsonObject, JsonValue } from '../json.ts'
import { membersOf } from '../org/members.ts'
import { ActionError } from './action-error.ts'

/** The values that an object's profile has of the named attributes; null for what is not set. */
export function valuesOf({ whole }: { readonly whole: JsonObject }, named: JsonObject): JsonObject {
  const profile = membersOf(whole, 'profile')
  return Object.fromEntries(
    Object.keys(named).map((name) => [name, (profile[name] ?? null) as JsonValue]),
  )
}

/** The names of those attributes whose values are not the same in both. */
export function differing(has: JsonObject, wanted: JsonObject): readonly string[] {
  const text = (value: JsonValue | undefined) => JSON.stringify(value ?? null)
  return Object.keys(wanted).filter((name) => text(has[name]) !== text(wanted[name]))
}

/** @throws {ActionError} `action_effects_changed` where the attributes are no longer as they were found. */
export function requireAsFound(has: JsonObject, found: JsonObject): void {
  const names = differing(has, found)
  if (names.length === 0) return
  throw new ActionError(
    'action_effects_changed',
    `Somebody else changed ${names.join(', ')} in between.`,
    { remedy: 'Look at what it is now, then run the action again if it is still wanted.' },
  )
}
