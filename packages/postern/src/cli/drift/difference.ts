/** @module One thing that is otherwise in the store than a configuration file says. */

import type { JsonValue } from '@postern/core'

/** The kinds of things that a file declares and a store has. */
export type DriftKind = 'domain' | 'action' | 'connection' | 'sink' | 'feed' | 'access-key'

/**
 * One difference. `different`: a member is otherwise. `missing`: the store has nothing of that name. `undeclared`: the file
 * does not name it, and it stays as it is.
 */
export interface Difference {
  readonly kind: DriftKind
  readonly name: string
  readonly state: 'different' | 'missing' | 'undeclared'
  readonly member?: string
  /** What the file says. */
  readonly file?: JsonValue
  /** What the store has. */
  readonly store?: JsonValue
  /** Who changed it last, where that was not the file. */
  readonly changedBy?: string
  readonly changedAt?: string
}

/** A member that is otherwise. */
export type MemberDifference = Required<Pick<Difference, 'member' | 'file' | 'store'>>

/** The members whose values are not the same: of each what the file says, and what the store has. */
export function differencesOf(
  members: readonly (readonly [member: string, file: unknown, store: unknown])[],
): readonly MemberDifference[] {
  return members
    .map(([member, file, store]) => ({ member, file: plain(file), store: plain(store) }))
    .filter(({ file, store }) => JSON.stringify(file) !== JSON.stringify(store))
}

/** As JSON has it, members in the order of the alphabet. */
function plain(value: unknown): JsonValue {
  const json: JsonValue = JSON.parse(JSON.stringify(value ?? null))
  return ordered(json)
}

function ordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, ordered(member ?? null)]))
}
