/** @module Ids of what an app's links name and the emulator does not keep: the same ones at every look. */

import { createHash } from 'node:crypto'
import { BASE62, type IdKind, idPrefixes } from '../ids.ts'
import type { Org } from '../state/org.ts'

/** An id of 20 characters that is a pure function of the org and a name. */
export function derivedId(org: Org, kind: IdKind, name: string): string {
  const digest = createHash('sha256').update(`${org.id} ${kind} ${name}`).digest()
  const tail = [...digest.subarray(0, 17)].map((byte) => BASE62.charAt(byte % 62)).join('')
  return `${idPrefixes[kind]}${tail}`
}

/** The kid of the key with which the org signs for its apps: 43 characters. */
export function signingKid(org: Org): string {
  return createHash('sha256').update(`${org.id} signing`).digest('base64url')
}
