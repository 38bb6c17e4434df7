/** @module The state of a stream, read as what it was written as. */

import type { JsonObject, JsonValue } from '@postern/core'

/** An object in a state. */
export function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A moment of a state. */
export function momentIn(value: JsonValue | undefined): Date | undefined {
  if (typeof value !== 'string') return undefined
  const moment = new Date(value)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

/** A text of a state. */
export function textIn(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A number of a state; 0 where it has none. */
export function numberIn(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0
}
