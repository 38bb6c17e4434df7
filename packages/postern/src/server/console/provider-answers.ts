/** @module What a provider answers with, looked at before openid-client reads it. */

import type { CustomFetch } from 'openid-client'
import { keyForgeable, tokenMalformed } from './sign-in-error.ts'

/**
 * A `fetch` that gives no answer with an ID token that is no compact JWS to the letter, or with a key by which anybody signs.
 *
 * openid-client and Node read past spaces, padding and the other alphabet of base64, and past bytes that are no UTF-8, so that
 * one signature would be good for many texts; and what they cannot read at all, they call a network that failed. With the
 * exponent 1 an RSA signature is what it signs, padded.
 *
 * @throws {SignInError} `sign_in_token_invalid`, `sign_in_provider_invalid`
 * @see RFC 7515, section 2 - base64url without padding, white space or other characters; section 5.2
 */
export function judgeAnswers(send: CustomFetch): CustomFetch {
  return async (url, options) => {
    const answer = await send(url, options)
    const members = parseObject(await answer.clone().text()) ?? {}
    const { id_token: idToken, keys } = members as { id_token?: unknown; keys?: unknown }
    if (typeof idToken === 'string' && !isCompactJws(idToken)) throw tokenMalformed()
    if (Array.isArray(keys) && keys.some(isForgeable)) throw keyForgeable()
    return answer
  }
}

function isForgeable(key: unknown): boolean {
  const { e } = Object(key)
  return typeof e === 'string' && /^0*1?$/.test(Buffer.from(e, 'base64url').toString('hex'))
}

function isCompactJws(text: string): boolean {
  const parts = text.split('.').map(parseBase64url)
  const [header, claims] = parts
  const isWhole = parts.length === 3 && !parts.includes(undefined)
  return isWhole && isObject(header) && isObject(claims)
}

function parseBase64url(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

function isObject(bytes: Buffer | undefined): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return parseObject(text) !== undefined
  } catch {
    return false
  }
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
