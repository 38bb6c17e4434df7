/** @module Some of the members of a record, by their paths. */

import type { JsonObject, JsonValue } from '@postern/core'

/**
 * The members that are asked for, each under its whole path: `{ "profile.login": … }`. Of a list along the way, that of each
 * item. Without `fields`, the record as it is.
 */
export function project(record: JsonValue, fields: readonly string[] | undefined): JsonValue {
  if (fields === undefined) return record
  const found = fields.map((field) => [field, at(record, field.split('.'))] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as JsonObject
}

function at(
  value: JsonValue | undefined,
  [name, ...rest]: readonly string[],
): JsonValue | undefined {
  if (name === undefined || value === undefined || value === null) return value
  if (Array.isArray(value)) {
    return value.flatMap((item) => at(item, [name, ...rest]) ?? [])
  }
  if (typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
  return at((value as JsonObject)[name], rest)
}
