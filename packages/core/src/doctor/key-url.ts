/** @module The key set behind a `jwks_uri`, looked at as Okta does it. */

import type { PublicDocument } from '../org/public-document.ts'
import { keysIn, parseKey } from '../service-app/public-keys.ts'
import type { TokenError } from '../token/errors.ts'
import { UpstreamError } from '../transport.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { problem } from './problems.ts'
import { describeKeys, judgeKeys, type KeyReason } from './registered-key.ts'
import { readRegistration } from './registration.ts'
import { quote } from './words.ts'

/** What came of looking: the key set, or what is wrong with it; neither where this machine may not look. */
interface KeySetLook {
  readonly document?: PublicDocument
  readonly trouble?: string
}

// Okta itself gives a key set a few seconds.
const TIMEOUT_MS = 3_000

/** The finding for `Error retrieving the client JWKSet from jwks_uri.` */
export async function explainKeyUrl(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const registration = await readRegistration(examination)
  const { jwksUri } = registration === 'absent' ? {} : (registration ?? {})
  const { trouble } = jwksUri === undefined ? {} : await lookAtKeySet(examination, jwksUri)
  const details = { ...error.details, jwksUri }
  const observed = `Okta cannot get a key set from the JWKS URL of the app. ${trouble ?? error.message}`
  return problem('jwks_uri_unreachable', observed, { details })
}

/** Why the keys that are published at a URL do not let the connection in; undefined where that cannot be seen. */
export async function judgeKeyUrl(
  examination: Examination,
  url: string,
): Promise<KeyReason | undefined> {
  const { document } = await lookAtKeySet(examination, url)
  if (document === undefined) return undefined
  const keys = keysIn(document.json).map(parseKey)
  const reason = judgeKeys(examination, keys)
  const details = { jwksUri: url }
  if (reason !== undefined && reason.code !== 'key_not_registered') return { ...reason, details }
  const observed =
    reason === undefined
      ? `The key set at ${quote(url)} has this key, and Okta still uses the copy that it read before.`
      : `The key set at ${quote(url)} has ${describeKeys(keys)}, and not this one.`
  return { code: 'jwks_uri_outdated', observed, details }
}

async function lookAtKeySet(examination: Examination, url: string): Promise<KeySetLook> {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' }
  if (protocol !== 'https:' && !(protocol === 'http:' && examination.options.dev === true)) {
    return { trouble: `The JWKS URL of the app, ${quote(url)}, is not https.` }
  }
  try {
    const document = await examination.readPublicDocument(url, { timeoutMs: TIMEOUT_MS })
    if (Array.isArray(document.json?.['keys'])) return { document }
    const type = quote(document.headers.get('content-type') ?? 'no type')
    return { trouble: `${quote(url)} answered ${document.status} with ${type}: no key set.` }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    // Where this machine may not go, Okta may.
    if (error.code === 'upstream_address_refused') return {}
    return { trouble: `${quote(url)}: ${error.message}` }
  }
}
