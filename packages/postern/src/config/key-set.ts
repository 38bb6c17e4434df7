/** @module Who keeps the public keys of an app: Okta, or a URL from which it fetches them. */

import { parseJwksUri } from '@postern/core'
import { UsageError } from './usage-error.ts'

/** The URL at which this server publishes a connection's key set. @param publicUrl - where it is reached from outside. */
export function ownKeySetUrl(publicUrl: string, name: string): string {
  return new URL(`jwks/${name}.json`, publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href
}

/**
 * Where Okta fetches the keys; undefined where it keeps them.
 *
 * @throws {UsageError} `usage_invalid`; {@link KeySetError} `key_set_url_invalid`
 */
export function parseKeySet(
  {
    keys,
    jwksUrl,
  }: { readonly keys?: 'okta' | 'url' | undefined; readonly jwksUrl?: string | undefined },
  ownUrl: string | undefined,
): string | undefined {
  if (keys === 'okta' && jwksUrl) {
    throw new UsageError('usage_invalid', 'A URL is given, and Okta is to keep the key.', {
      remedy: 'Choose keys: url (--keys url), or leave the URL out.',
    })
  }
  if (jwksUrl) return parseJwksUri(jwksUrl)
  if (keys !== 'url') return undefined
  if (ownUrl !== undefined) return parseJwksUri(ownUrl)
  throw new UsageError('usage_invalid', 'Okta is to fetch the key from a URL, and there is none.', {
    remedy:
      'Say where the key set is published (--jwks-url), or start the server with --public-url, where it publishes it itself.',
  })
}
