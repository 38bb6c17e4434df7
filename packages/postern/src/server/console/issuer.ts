/** @module The issuer of an OpenID provider, as a person types it. */

import { parseOutboundUrl } from '../../http/outbound-url.ts'
import { SignInError } from './sign-in-error.ts'

/**
 * Reads an issuer.
 *
 * @param options.dev - takes one on this machine, also over http.
 * @throws {OutboundError} for what is no URL that a request goes to; {@link SignInError} `sign_in_issuer_invalid`
 * @see OpenID Connect Discovery 1.0, section 2 - an issuer has no query and no fragment
 */
export function parseIssuer(text: string, options: { readonly dev: boolean }): URL {
  const url = new URL(parseOutboundUrl(text, options))
  if (!/[?#]/.test(text) && !url.pathname.includes('/.well-known/')) return url
  throw new SignInError(
    'sign_in_issuer_invalid',
    'The issuer has a query, a fragment, or the path of its discovery document.',
    { remedy: 'Enter the issuer itself, such as https://acme.okta.com.' },
  )
}
