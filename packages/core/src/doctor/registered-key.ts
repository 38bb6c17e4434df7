/** @module Where a connection's key stands among the keys that an app has. */

import { type AppKey, isSameKey } from '../service-app/public-keys.ts'
import type { Examination } from './examination.ts'
import type { ProblemCode } from './problems.ts'
import { count, listOf, quote } from './words.ts'

/** The exact reason why a key is refused. */
export interface KeyReason {
  readonly code: ProblemCode
  readonly observed: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Why none of these keys lets the connection in; undefined where one of them does. */
export function judgeKeys(
  examination: Examination,
  keys: readonly AppKey[],
): KeyReason | undefined {
  const { kid, kidGiven, publicJwk } = examination.known('key')
  const named = keys.find((key) => key.kid === kid)
  if (named?.isActive === false) {
    const observed = `The key with the kid ${quote(kid)} is registered and inactive.`
    return { code: 'key_inactive', observed }
  }
  if (named !== undefined) return undefined
  const same = keys.find(({ jwk }) => isSameKey(jwk, publicJwk))
  if (same?.kid !== undefined) {
    const sent = kidGiven ? `${quote(kid)} was sent` : 'none was given'
    return {
      code: kidGiven ? 'kid_unknown' : 'kid_missing',
      observed: `The app has this key under the kid ${quote(same.kid)}, and ${sent}.`,
      details: { registeredKid: same.kid },
    }
  }
  const observed = `The app has ${describeKeys(keys)}, and this one is not among them: it was deleted, or never added.`
  return { code: 'key_not_registered', observed }
}

/** `2 keys ("a" and "b")` */
export function describeKeys(keys: readonly AppKey[]): string {
  const kids = listOf(keys.map(({ kid }) => quote(kid ?? 'without a kid')))
  return keys.length === 0 ? 'no key' : `${count(keys.length, 'key')} (${kids})`
}
