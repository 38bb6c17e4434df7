/** @module One record of a page as JSON, where it is an object. */

import { decodeText } from '../base64url.ts'
import { isMembers, type Members } from '../org/members.ts'

/** The members of a record; undefined where it is no JSON object. */
export function parseRecord(record: Uint8Array | undefined): Members | undefined {
  if (record === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(decodeText(record))
    return isMembers(parsed) ? parsed : undefined
  } catch {
    // The parser's own message quotes the text.
    return undefined
  }
}
