/** @module The texts of a Connect session: its link, `<id>.<secret>`, and the token it is exchanged for, `connect_<id>_<secret>`. */

import { Secret } from '@postern/core'
import { digestOf, idPattern, newSecretText, secretPattern } from '../store/digest.ts'

/** What somebody presents of a session. */
export interface PresentedSession {
  readonly id: string
  /** SHA-256 of the secret. */
  readonly digest: Uint8Array
}

/** A new text, told once, and the digest, which is kept. */
export interface NewSessionText {
  readonly text: Secret
  readonly digest: Uint8Array
}

const LINK = new RegExp(`^(${idPattern})\\.(${secretPattern})$`)
const TOKEN = new RegExp(`^connect_(${idPattern})_(${secretPattern})$`)

/** The fragment of a new link. */
export function newLink(id: string): NewSessionText {
  const secret = newSecretText()
  return { text: new Secret(`${id}.${secret}`), digest: digestOf(secret) }
}

/** A new token. */
export function newSessionToken(id: string): NewSessionText {
  const secret = newSecretText()
  return { text: new Secret(`connect_${id}_${secret}`), digest: digestOf(secret) }
}

/** What a link says; undefined where it is none. */
export function parseLink(text: string): PresentedSession | undefined {
  return presented(LINK.exec(text))
}

/** What a token says; undefined where it is none. */
export function parseSessionToken(text: string): PresentedSession | undefined {
  return presented(TOKEN.exec(text))
}

function presented(match: RegExpExecArray | null): PresentedSession | undefined {
  const [, id, secret] = match ?? []
  return id === undefined || secret === undefined ? undefined : { id, digest: digestOf(secret) }
}
