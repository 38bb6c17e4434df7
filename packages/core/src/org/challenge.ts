/** @module The `WWW-Authenticate` header of an API: why a token or proof was refused, and which scope was needed. */

import { showHostile } from '../hostile.ts'

/** What a challenge says. Texts are made safe to show. */
export interface Challenge {
  /** `Bearer` or `DPoP`, as it was sent. */
  readonly scheme: string
  /** `insufficient_scope`, `invalid_token`, `invalid_dpop_proof`, … */
  readonly error?: string
  readonly errorDescription?: string
  /** The scopes of which one is needed. */
  readonly scopes: readonly string[]
}

const SCHEME = /^\s*([A-Za-z][A-Za-z0-9-]{0,31})(?:\s|$)/
const PARAMETER = /([A-Za-z_]{1,32})="((?:[^"\\]|\\.)*)"/g
const MAX_CHARACTERS = 4_096

/**
 * Reads the first challenge of a `WWW-Authenticate` header. Undefined where there is none.
 *
 * @see RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9449, section 7.1
 */
export function parseChallenge(header: string): Challenge | undefined {
  const text = header.slice(0, MAX_CHARACTERS)
  const scheme = SCHEME.exec(text)?.[1]
  if (scheme === undefined) return undefined
  const parameters = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(PARAMETER)) {
    if (!parameters.has(name.toLowerCase())) {
      parameters.set(name.toLowerCase(), showHostile(value.replace(/\\(.)/g, '$1')))
    }
  }
  const error = parameters.get('error')
  const errorDescription = parameters.get('error_description')
  return {
    scheme,
    ...(error === undefined ? {} : { error }),
    ...(errorDescription === undefined ? {} : { errorDescription }),
    scopes: (parameters.get('scope') ?? '').split(' ').filter(Boolean),
  }
}
