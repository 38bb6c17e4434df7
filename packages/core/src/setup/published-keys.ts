/** @module The key set behind a URL, as Okta fetches it: where a service app publishes its public keys itself. */

import { PosternError } from '../error.ts'
import { isJsonObject } from '../json.ts'
import type { PublicJwk } from '../keys/public.ts'
import type { Members } from '../org/members.ts'
import { type DocumentOptions, readPublicDocument } from '../org/public-document.ts'
import { isSameKey } from '../service-app/public-keys.ts'

/** What can be wrong with a published key set. */
export type KeySetErrorCode =
  | 'key_set_url_invalid'
  | 'key_set_unreadable'
  | 'key_set_kid_repeated'
  | 'key_set_incomplete'
  | 'key_set_outdated'

/** A key set that Okta could not use, or that lacks a key. */
export class KeySetError extends PosternError<KeySetErrorCode> {
  override readonly name = 'KeySetError'
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

/**
 * Reads the URL of a key set: HTTPS, or HTTP on this machine, without user information and fragment.
 *
 * @throws {KeySetError} `key_set_url_invalid`
 * @see Okta, "Applications API" - `jwks_uri`
 */
export function parseJwksUri(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback = url?.protocol === 'http:' && LOOPBACK.test(url.hostname)
  const isPlain = url?.username === '' && url.password === '' && url.hash === ''
  if (url !== undefined && isPlain && (url.protocol === 'https:' || isLoopback)) return url.href
  throw new KeySetError('key_set_url_invalid', 'The URL of the key set is no https URL.', {
    remedy:
      'Give the whole URL at which the key set is published: https, without user information and #.',
  })
}

/** How a published set is read and judged. */
export interface PublishedOptions extends DocumentOptions {
  /** Keys that must not be in the set any more. */
  readonly absent?: readonly PublicJwk[]
}

/**
 * Checks that keys are published at a URL, as Okta will read them.
 *
 * @throws {KeySetError} `key_set_unreadable`, `key_set_kid_repeated`, `key_set_incomplete`, `key_set_outdated`
 * @throws {UpstreamError} where no answer came.
 */
export async function requirePublished(
  jwksUri: string,
  keys: readonly PublicJwk[],
  options: PublishedOptions,
): Promise<void> {
  const published = await readKeySet(jwksUri, options)
  const kids = published.map(({ kid }) => kid)
  if (new Set(kids).size < kids.length) {
    throw new KeySetError('key_set_kid_repeated', `Two keys at ${jwksUri} have the same kid.`, {
      remedy: 'Give each key of the set a kid of its own: Okta refuses the whole set.',
    })
  }
  const missing = keys.filter(
    (key) => !published.some((jwk) => isSameKey(jwk, key) && jwk['kid'] === key.kid),
  )
  const left = (options.absent ?? []).filter((key) => published.some((jwk) => isSameKey(jwk, key)))
  if (missing.length === 0 && left.length === 0) return
  if (missing.length === 0) {
    const observed = `The key set at ${jwksUri} still holds the key ${left[0]?.kid ?? ''}.`
    throw new KeySetError('key_set_outdated', observed, {
      remedy: 'Publish the key set that was written for you at that URL, then run again.',
      details: { jwksUri, kids },
    })
  }
  const names = missing.map(({ kid }) => kid).join(', ')
  throw new KeySetError('key_set_incomplete', `The key set at ${jwksUri} lacks the key ${names}.`, {
    remedy: 'Publish the key set that was written for you at that URL, then run again.',
    details: { jwksUri, kids, missing: missing.map(({ kid }) => kid) },
  })
}

async function readKeySet(jwksUri: string, options: DocumentOptions): Promise<readonly Members[]> {
  const { status, json } = await readPublicDocument(jwksUri, options)
  if (status !== 200) throw unreadable(jwksUri, `it answered ${status}`)
  const keys = json?.['keys']
  if (!Array.isArray(keys) || !keys.every(isJsonObject)) {
    throw unreadable(jwksUri, 'it is no JSON of the form { "keys": [ … ] }')
  }
  if (keys.some((jwk) => PRIVATE_MEMBERS.some((member) => member in jwk))) {
    throw new KeySetError('key_set_unreadable', `The key set at ${jwksUri} holds a private key.`, {
      remedy: 'Take it down at once and replace the key: whoever read the set can sign as the app.',
      details: { jwksUri },
    })
  }
  return keys
}

function unreadable(jwksUri: string, reason: string): KeySetError {
  return new KeySetError(
    'key_set_unreadable',
    `The key set at ${jwksUri} is of no use: ${reason}.`,
    {
      remedy:
        'Publish the key set that was written for you at that URL, readable for everybody, without a redirect.',
      details: { jwksUri, reason },
    },
  )
}
