/** @module The claims of an assertion, and the limits Okta puts on them. */

import { PosternError, type Warning } from '../error.ts'
import type { JsonValue } from '../json.ts'
import { secretLookAlike } from '../secret-look-alike.ts'
import type { Audience } from '../url/audience.ts'

/** The choices a person may make about an assertion; each has a default that Okta accepts. */
export interface AssertionOptions {
  /** Seconds from now to `exp`; 1 to 3600, default 240. Above 3300 any clock difference makes Okta refuse it. */
  readonly lifetimeSeconds?: number | undefined
  /** `iss`. Default: the client id. */
  readonly issuer?: string | undefined
  /** `sub`. Default: the client id. */
  readonly subject?: string | undefined
  /** What `aud` names. Default `token-url`, Okta's rule. Never free text: an assertion is for one org and no other. */
  readonly audience?: Audience | undefined
  /** Claims beside the registered ones, such as a tenant's own. */
  readonly additionalClaims?: Readonly<Record<string, JsonValue>> | undefined
}

/** Where an assertion goes and whose it is. */
export interface AssertionSubject {
  readonly clientId: string
  /** The exact URL of the token endpoint that will be called. */
  readonly tokenUrl: string
  /** The issuer of the authorization server behind that endpoint. */
  readonly issuerUrl: string
}

/** The claims of an assertion (RFC 7523, section 3). Times are seconds since the epoch, in the org's time. */
export interface AssertionClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly [claim: string]: JsonValue
}

/** What can be wrong with the choices made for an assertion. */
export type AssertionErrorCode = 'assertion_lifetime' | 'assertion_claim'

/** An assertion cannot be made from these choices. */
export class AssertionError extends PosternError<AssertionErrorCode> {
  override readonly name = 'AssertionError'
}

/** What is allowed, but worth knowing. */
export type AssertionWarningCode = 'assertion_lifetime_long' | 'assertion_not_own_client'

/** Seconds an assertion lives unless chosen otherwise. */
export const defaultLifetimeSeconds = 240
// Okta refuses an `exp` further ahead of its own clock.
const MAX_LIFETIME_SECONDS = 3600

const LONG_LIFETIME_SECONDS = 3300

// Okta refuses an `iat` ahead of its clock by even one second, and has no rule against an older one.
const BACKDATED_SECONDS = 30

const COMPUTED_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf', 'jti']
const MAX_CLAIMS_BYTES = 8_192

/**
 * The claims for one assertion: `iss` = `sub` = client id, `aud` as chosen, `iat` half a minute back, a fresh `jti`.
 *
 * @param now - the org's time.
 * @throws {AssertionError} `assertion_lifetime`, `assertion_claim`
 * @see RFC 7523, section 3 - claims, and how they are judged
 * @see Okta, "Build a JWT for Client Authentication" - `exp` at most one hour ahead, `jti` single use
 */
export function assertionClaims(
  subject: AssertionSubject,
  options: AssertionOptions,
  now: Date,
  randomUUID: () => string,
): AssertionClaims {
  checkAssertionOptions(options)
  const nowSeconds = Math.floor(now.getTime() / 1_000)
  return {
    ...options.additionalClaims,
    iss: options.issuer ?? subject.clientId,
    sub: options.subject ?? subject.clientId,
    aud: options.audience === 'issuer' ? subject.issuerUrl : subject.tokenUrl,
    iat: nowSeconds - BACKDATED_SECONDS,
    exp: nowSeconds + (options.lifetimeSeconds ?? defaultLifetimeSeconds),
    jti: randomUUID(),
  }
}

/**
 * Refuses choices that cannot work before anything is signed.
 *
 * @throws {AssertionError} `assertion_lifetime`, `assertion_claim`
 */
export function checkAssertionOptions(
  options: AssertionOptions,
): readonly Warning<AssertionWarningCode>[] {
  const seconds = options.lifetimeSeconds ?? defaultLifetimeSeconds
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_LIFETIME_SECONDS) {
    throw new AssertionError(
      'assertion_lifetime',
      Number.isNaN(seconds)
        ? 'The assertion lifetime is no number.'
        : `The assertion lifetime is ${String(seconds)} seconds.`,
      {
        remedy: `Choose 1 to ${MAX_LIFETIME_SECONDS} whole seconds; ${defaultLifetimeSeconds} suits every org.`,
        details: { lifetimeSeconds: seconds, min: 1, max: MAX_LIFETIME_SECONDS },
      },
    )
  }
  checkText('issuer', options.issuer)
  checkText('subject', options.subject)
  checkAdditionalClaims(options.additionalClaims)
  return [...lifetimeWarning(seconds), ...ownClientWarning(options)]
}

function checkText(name: string, value: string | undefined): void {
  refuseSecret(name, value ?? '')
  if (value === undefined || /^[\x20-\x7e]{1,255}$/.test(value)) return
  throw new AssertionError(
    'assertion_claim',
    `The assertion ${name} is empty, too long or has characters outside ASCII.`,
    {
      remedy: `Leave the ${name} out: Okta expects the Client ID there.`,
      details: { claim: name },
    },
  )
}

/** Whoever reads an assertion reads its claims. */
function refuseSecret(name: string, text: string): void {
  const lookAlike = secretLookAlike(text)
  if (lookAlike === undefined) return
  const observed = `What is given as ${name} looks like ${lookAlike}.`
  throw new AssertionError('assertion_claim', observed, {
    remedy: 'Leave it out: everybody who reads an assertion reads what is in it.',
    details: { claim: name },
  })
}

function checkAdditionalClaims(claims: AssertionOptions['additionalClaims']): void {
  if (claims === undefined) return
  const computed = Object.keys(claims).find((name) => COMPUTED_CLAIMS.includes(name))
  if (computed !== undefined) {
    throw new AssertionError('assertion_claim', `The claim ${computed} is computed by Postern.`, {
      remedy: `Remove ${computed} from the additional claims; issuer, subject, audience and lifetime have options of their own.`,
      details: { claim: computed },
    })
  }
  const text = JSON.stringify(claims)
  if (text.length > MAX_CLAIMS_BYTES) {
    throw new AssertionError('assertion_claim', 'The additional claims are larger than 8 KiB.', {
      remedy: 'Send only the claims that the authorization server reads.',
      details: { maxBytes: MAX_CLAIMS_BYTES },
    })
  }
  refuseSecret('additional claims', text)
}

function lifetimeWarning(seconds: number): Warning<AssertionWarningCode>[] {
  if (seconds <= LONG_LIFETIME_SECONDS) return []
  const message = `An assertion of ${seconds} s is near Okta's limit of one hour: the first clock difference makes Okta refuse it. ${defaultLifetimeSeconds} s is enough.`
  return [{ code: 'assertion_lifetime_long', message }]
}

function ownClientWarning(options: AssertionOptions): Warning<AssertionWarningCode>[] {
  if (options.issuer === undefined && options.subject === undefined) return []
  const message = 'Okta expects the Client ID as issuer and subject; any other value is refused.'
  return [{ code: 'assertion_not_own_client', message }]
}
