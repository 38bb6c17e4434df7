/** @module What an object says, as a short text: the same whenever it says the same. */

import { createHash } from 'node:crypto'
import type { JsonValue, ObjectKind, SeenObject } from '@postern/core'

// They differ between a list and the object by its id, and say nothing of the object.
const LEFT_OUT: ReadonlySet<string> = new Set(['_links', '_embedded'])

/** The hash of an object: of its content with members in order, or, where only its presence counts, of its id. */
export function contentHash({ compared }: ObjectKind, { id, object }: SeenObject): string {
  const hash = createHash('sha256')
  hash.update(compared === 'presence' ? id : canonical(parse(object), LEFT_OUT))
  return hash.digest('base64url')
}

function parse(object: Uint8Array): JsonValue {
  return JSON.parse(Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString())
}

function canonical(value: JsonValue | undefined, except?: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([name]) => !except?.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
