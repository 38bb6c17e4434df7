/** @module Which of the things that can be wrong with a registered key it is. */

import { type AppKey, isSameKey, keysIn, parseKey } from '../service-app/public-keys.ts'
import type { TokenError } from '../token/errors.ts'
import { UpstreamError } from '../transport.ts'
import type { Examination } from './examination.ts'
import type { Observation } from './finding.ts'
import { type ProblemCode, problem } from './problems.ts'
import { type PublicDocument, readPublicDocument } from './public-document.ts'
import { readRegistration } from './registration.ts'
import { count, listOf, quote } from './words.ts'

// Okta itself gives a key set a few seconds.
const KEY_SET_TIMEOUT_MS = 3_000

/** `The client_assertion JWT kid is invalid.`: Okta says so of an unknown, an inactive and a deleted key. */
export async function explainKid(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const key = examination.known('key')
  const details = { ...error.details, kid: key.kid, kidGiven: key.kidGiven }
  const registration = await readRegistration(examination)
  if (registration !== undefined && registration !== 'absent') {
    const exact =
      registration.jwksUri === undefined
        ? findKey(examination, registration.keys)
        : await findPublishedKey(examination, registration.jwksUri)
    if (exact !== undefined) {
      return problem(exact.code, exact.observed, { details: { ...details, ...exact.details } })
    }
  }
  const kid = quote(key.kid)
  return key.kidGiven
    ? problem(
        'kid_refused',
        `Okta refused the kid ${kid}: no key of the app has it, or the key is not active, or it was deleted.`,
        { certainty: 'likely', details },
      )
    : problem(
        'kid_missing',
        `No kid was given, and Okta refused the key's thumbprint ${kid} in its place: the key has another kid there, is not active, or is not registered.`,
        { certainty: 'likely', details },
      )
}

/** `Error retrieving the client JWKSet from jwks_uri.` */
export async function explainKeyUrl(
  examination: Examination,
  error: TokenError,
): Promise<Observation> {
  const registration = await readRegistration(examination)
  const url =
    registration === undefined || registration === 'absent' ? undefined : registration.jwksUri
  const seen = url === undefined ? undefined : await lookAtKeySet(examination, url)
  const observed = seen?.observed ?? error.message
  return problem('jwks_uri_unreachable', observed, { details: { ...error.details, jwksUri: url } })
}

interface Exact {
  readonly code: ProblemCode
  readonly observed: string
  readonly details: Readonly<Record<string, unknown>>
}

function findKey(examination: Examination, keys: readonly AppKey[]): Exact | undefined {
  const { kid, kidGiven, publicJwk } = examination.known('key')
  const named = keys.find((key) => key.kid === kid)
  if (named?.isActive === false) {
    return exact('key_inactive', `The key with the kid ${quote(kid)} is registered and inactive.`)
  }
  // It is there and active: what Okta refused a moment ago it may take now.
  if (named !== undefined) return undefined
  const same = keys.find(({ jwk }) => isSameKey(jwk, publicJwk))
  if (same?.kid !== undefined) {
    const sent = kidGiven ? `${quote(kid)} was sent` : 'none was given'
    return exact(
      kidGiven ? 'kid_unknown' : 'kid_missing',
      `The app has this key under the kid ${quote(same.kid)}, and ${sent}.`,
      { registeredKid: same.kid },
    )
  }
  const others = listOf(keys.map((key) => quote(key.kid ?? '')))
  const has = keys.length === 0 ? 'no key' : `${count(keys.length, 'key')} (${others})`
  const observed = `The app has ${has}, and this one is not among them: it was deleted, or never added.`
  return exact('key_not_registered', observed)
}

async function findPublishedKey(examination: Examination, url: string): Promise<Exact | undefined> {
  const { document, observed } = await lookAtKeySet(examination, url)
  if (document === undefined) return exact('jwks_uri_unreachable', observed, { jwksUri: url })
  const keys = keysIn(document.json).map(parseKey)
  const found = findKey(examination, keys)
  if (found?.code !== 'key_not_registered') return found && { ...found, details: { jwksUri: url } }
  const kids = listOf(keys.map((key) => quote(key.kid ?? '')))
  const sees = `The key set at ${quote(url)} has ${count(keys.length, 'key')} (${kids}), and not this one.`
  return exact('jwks_uri_outdated', sees, { jwksUri: url })
}

/** Asks for a key set as Okta would: the document, and in a sentence what is wrong with it. */
async function lookAtKeySet(
  examination: Examination,
  url: string,
): Promise<{ readonly document?: PublicDocument; readonly observed: string }> {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' }
  if (protocol !== 'https:' && !(protocol === 'http:' && examination.options.dev === true)) {
    return { observed: `The JWKS URL of the app, ${quote(url)}, is not https.` }
  }
  try {
    const document = await readPublicDocument(examination, url, KEY_SET_TIMEOUT_MS)
    if (document.json !== undefined && Array.isArray(document.json['keys'])) {
      return { document, observed: `${quote(url)} answers this machine with a key set.` }
    }
    const type = quote(document.headers.get('content-type') ?? 'no type')
    const observed = `${quote(url)} answered ${document.status} with ${type}, which is no key set.`
    return { observed }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { observed: `${quote(url)}: ${error.message}` }
  }
}

function exact(code: ProblemCode, observed: string, details: Exact['details'] = {}): Exact {
  return { code, observed, details }
}
