/** @module The record of an object that is in a list behind a parent: its own bytes, beside the parent's id. */

import { encodeText } from '../base64url.ts'

/** What stands around the object. */
export interface Wrapper {
  /** `{"groupId":"00g…","user":` */
  readonly before: Uint8Array
  /** The object in its record; its own bytes are unchanged. */
  readonly wrap: (object: Uint8Array) => Uint8Array
}

const CLOSE_OBJECT = 0x7d

/** What wraps the objects behind one parent: `{"groupId":"00g…","user":` and the object's own bytes and `}`. */
export function wrapper(
  { idMember, member }: { readonly idMember: string; readonly member: string },
  parent: string,
): Wrapper {
  const before = encodeText(`{"${idMember}":${JSON.stringify(parent)},"${member}":`)
  const wrap = (object: Uint8Array) => {
    const wrapped = new Uint8Array(before.length + object.length + 1)
    wrapped.set(before)
    wrapped.set(object, before.length)
    wrapped[before.length + object.length] = CLOSE_OBJECT
    return wrapped
  }
  return { before, wrap }
}
