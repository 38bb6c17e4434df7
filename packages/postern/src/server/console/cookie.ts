/** @module The cookie of a console session: how it is called where, set, cleared and read. */

import { Secret } from '@postern/core'
import { digestOf, idPattern, newSecretText, secretPattern } from '../../store/digest.ts'
import { loopbackNames } from '../server-names.ts'

/** What a browser presents of a session. */
export interface PresentedCookie {
  readonly id: string
  /** SHA-256 of the secret. */
  readonly digest: Uint8Array
}

const TEXT = new RegExp(`^(${idPattern})\\.(${secretPattern})$`)

// A browser takes a name with __Host- over https alone, and from this host alone: no other one of the domain sets it.
const SECURE_NAME = '__Host-postern'
// Not every browser takes a Secure cookie over http, from this machine as little as from any other. Cookies know no ports:
// without one in the name, signing in to one server of this machine would sign out of every other.
const LOOPBACK_NAME = 'postern-console-'

/** A new secret for a session: the value of its cookie, told once, and the digest, which is kept. */
export function newCookie(id: string): { readonly text: Secret; readonly digest: Uint8Array } {
  const secret = newSecretText()
  return { text: new Secret(`${id}.${secret}`), digest: digestOf(secret) }
}

/** What the value of a cookie says; undefined where it is none of ours. */
export function parseCookie(text: string): PresentedCookie | undefined {
  const [, id, secret] = TEXT.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, digest: digestOf(secret) }
}

/** How the cookie is called at an origin; undefined where there may be none: over http from another machine. */
export function cookieNameAt(origin: string): string | undefined {
  const { protocol, hostname, port } = new URL(origin)
  if (protocol === 'https:') return SECURE_NAME
  return loopbackNames.includes(hostname) ? `${LOOPBACK_NAME}${port || 80}` : undefined
}

/** How the cookie is called that a sign-in has under way; undefined where there may be none. */
export function transactionNameAt(origin: string): string | undefined {
  const name = cookieNameAt(origin)
  return name && `${name}-sign-in`
}

/** The values of a cookie, as a `Cookie` header has them. @see RFC 6265, section 5.4 - the Cookie header */
export function cookieValues(header: string, name: string): readonly string[] {
  return header.split(';').flatMap((pair) => {
    const [own, value] = pair.trim().split('=', 2)
    return own === name && value !== undefined ? [value] : []
  })
}

/** The `Set-Cookie` header of a session. @see RFC 6265bis, section 4.1.3.2 - the prefix __Host- */
export function setCookie(name: string, text: Secret, maxAgeSeconds: number): string {
  return headerOf(name, text.reveal(), { maxAgeSeconds, sameSite: 'Strict' })
}

/** The `Set-Cookie` header of a sign-in that is under way: it comes along when the provider sends the browser back. */
export function setTransaction(name: string, text: Secret, maxAgeSeconds: number): string {
  return headerOf(name, text.reveal(), { maxAgeSeconds, sameSite: 'Lax' })
}

/** The `Set-Cookie` header that takes that away. */
export function clearTransaction(name: string): string {
  return headerOf(name, '', { maxAgeSeconds: 0, sameSite: 'Lax' })
}

/** The `Set-Cookie` header that takes it away. */
export function clearCookie(name: string): string {
  return headerOf(name, '', { maxAgeSeconds: 0, sameSite: 'Strict' })
}

function headerOf(
  name: string,
  value: string,
  of: { readonly maxAgeSeconds: number; readonly sameSite: 'Strict' | 'Lax' },
): string {
  const secure = name.startsWith(SECURE_NAME) ? '; Secure' : ''
  const life = `Max-Age=${of.maxAgeSeconds}`
  return `${name}=${value}; ${life}; Path=/; HttpOnly; SameSite=${of.sameSite}${secure}`
}
