/** @module One text for everything that is the same JSON. */

import { hash } from 'node:crypto'
import type { JsonValue } from '@postern/core'

/**
 * The JSON of a value with the members of its objects in order, and none that is undefined.
 *
 * @see RFC 8785 - JSON Canonicalization Scheme; values of one process are compared, so numbers are as it writes them
 */
export function canonicalJson(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** The SHA-256 of {@link canonicalJson}. */
export function jsonDigest(value: JsonValue): Uint8Array {
  return hash('sha256', canonicalJson(value), 'buffer')
}
