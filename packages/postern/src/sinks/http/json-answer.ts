/** @module An answer as JSON. */

import type { HttpAnswer } from './format.ts'

/** The members of an answer that is a JSON object; undefined for any other. */
export function jsonOf({ text }: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    return membersOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** A value as an object; undefined for any other. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined
}
