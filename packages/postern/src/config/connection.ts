/** @module A connection from what a person types: every value parsed, every problem reported at once. */

import {
  type ApiTokenCredential,
  AssertionError,
  type AssertionOptions,
  type ConnectionTexts,
  checkApiToken,
  checkAssertionOptions,
  checkAssertionParameter,
  importKey,
  type JsonValue,
  type OrgUrl,
  type PrimeTest,
  type PrivateKey,
  parseAudience,
  parseClientId,
  parseOrgUrl,
  parseScopes,
  parseTokenUrl,
  type Secret,
  type ServiceAppCredential,
  tokenRequestHeaders,
} from '@postern/core'
import { ConnectionError, type ConnectionWarning, Form } from './connection-form.ts'
import { parseDescription } from './description.ts'
import { parseJwtAlg } from './jwt-alg.ts'
import { requireOneCredential } from './one-credential.ts'
import { expandScopeBundle } from './scope-bundle.ts'
import { UsageError } from './usage-error.ts'

/** The values of a connection as text, under the names the documents of many products know them by. */
export interface ConnectionValues
  extends Pick<
    ConnectionTexts,
    | 'orgUrl'
    | 'clientId'
    | 'key'
    | 'keyId'
    | 'passphrase'
    | 'scopes'
    | 'apiToken'
    | 'tokenUrl'
    | 'dpopRequired'
  > {
  readonly description?: string | undefined
  readonly jwtAlg?: string | undefined
  readonly jwtExpirySeconds?: string | undefined
  readonly jwtIssuer?: string | undefined
  readonly jwtSubject?: string | undefined
  readonly jwtAudience?: string | undefined
  readonly assertionKey?: string | undefined
  /** `name=value` each, where a value that is JSON is taken as JSON; or the claims themselves. */
  readonly jwtClaims?: readonly string[] | Readonly<Record<string, JsonValue>> | undefined
  /** `name=value` each; or the headers themselves. */
  readonly headers?: readonly string[] | Readonly<Record<string, string>> | undefined
}

/** A service app whose key is at hand, so that it can be kept too. */
export interface KeyedServiceApp extends ServiceAppCredential {
  readonly key: PrivateKey
}

/** A connection ready to be used. */
export interface Connection {
  readonly org: OrgUrl
  readonly credential: KeyedServiceApp | ApiTokenCredential
  readonly description?: string
  readonly warnings: readonly ConnectionWarning[]
}

/** What {@link parseConnection} works with beside the values. */
export interface ConnectionOptions {
  /** Hosts that the operator allows beyond Okta's own domains. */
  readonly customDomains?: readonly string[]
  /** Allows an org on this machine. Default true, as for a command of the operator's, which says so. */
  readonly dev?: boolean
  /** The id of the key draft whose key is among the values. */
  readonly keyDraft?: string | undefined
  /** The runtime's test for a key's primes. */
  readonly isProbablePrime: PrimeTest
  /**
   * Finds the scopes of a service app where none are named; asked once everything else is in order. Without it there have
   * to be some.
   */
  readonly findScopes?: (
    org: OrgUrl,
    credential: Omit<ServiceAppCredential, 'scopes'>,
  ) => Promise<readonly string[]>
}

/**
 * Parses the values of a connection.
 *
 * @throws {ConnectionError} with every problem, in the order of the form.
 * @throws what `findScopes` throws.
 */
export async function parseConnection(
  values: ConnectionValues,
  options: ConnectionOptions,
): Promise<Connection> {
  const form = new Form()
  const org = form.read('Org URL', () => {
    const parsed = parseOrgUrl(values.orgUrl ?? '', {
      dev: options.dev ?? true,
      customDomains: options.customDomains ?? [],
    })
    return { value: parsed.org, warnings: parsed.warnings }
  })
  const credential = await readCredential(values, { org, form, ...options })
  const description = form.read('Description', () => ({
    value: parseDescription(values.description),
  }))
  if (org === undefined || credential === undefined || form.problems.length > 0) {
    throw new ConnectionError(form.problems)
  }
  const withScopes = await completeScopes(org, credential, options)
  const connection = { org, credential: withScopes, warnings: form.warnings }
  return description ? { ...connection, description } : connection
}

/** The credential with the scopes that are found where none were named. */
async function completeScopes(
  org: OrgUrl,
  credential: Connection['credential'],
  { findScopes }: ConnectionOptions,
): Promise<Connection['credential']> {
  if (credential.kind !== 'service-app' || credential.scopes.length > 0) return credential
  return findScopes === undefined
    ? credential
    : { ...credential, scopes: await findScopes(org, credential) }
}

/** What signs in; undefined where it cannot be used, or where there are two. */
async function readCredential(
  values: ConnectionValues,
  context: ConnectionOptions & { readonly org: OrgUrl | undefined; readonly form: Form },
): Promise<Connection['credential'] | undefined> {
  const { key, apiToken } = values
  const { form, keyDraft } = context
  const isOne = form.read('API Key', () => {
    requireOneCredential({ key, keyDraft, apiToken })
    return { value: true }
  })
  if (!isOne) return undefined
  return apiToken ? readApiToken(apiToken, form) : readServiceApp(values, context)
}

function readApiToken(apiToken: Secret, form: Form): ApiTokenCredential | undefined {
  const credential = { kind: 'api-token', apiToken } as const
  return form.read('API Key', () => {
    checkApiToken(credential)
    return { value: credential }
  })
}

async function readServiceApp(
  values: ConnectionValues,
  context: ConnectionOptions & { readonly org: OrgUrl | undefined; readonly form: Form },
): Promise<KeyedServiceApp | undefined> {
  const { org, form, isProbablePrime, findScopes } = context
  const clientId = form.read('Client ID', () => {
    const parsed = parseClientId(values.clientId ?? '')
    return { value: parsed.clientId, warnings: parsed.warnings }
  })
  const key = await readKey(values, form, isProbablePrime)
  const authorizationServerId = form.read('Token URL', () => {
    if (!values.tokenUrl || org === undefined) return { value: undefined }
    return { value: parseTokenUrl(values.tokenUrl, org).authorizationServerId }
  })
  const customAuthorizationServer = authorizationServerId !== undefined
  const scopes = form.read('Scopes', () => {
    const { scopes: text } = values
    // None yet: they are found when everything else is in order.
    if (text === undefined && findScopes && !customAuthorizationServer) return { value: [] }
    const parsed = parseScopes(expandScopeBundle(text ?? ''), { customAuthorizationServer })
    return { value: parsed.scopes, warnings: parsed.warnings }
  })
  const assertion = readAssertion(values, org, authorizationServerId, form)
  const headers = form.read('Headers', () => ({
    value: tokenRequestHeaders(headersOf(values)),
  }))
  form.read('Assertion Key', () => ({ value: checkAssertionParameter(values.assertionKey) }))
  if (clientId === undefined || key === undefined || scopes === undefined) return undefined
  return {
    kind: 'service-app',
    clientId,
    key,
    scopes,
    assertion,
    authorizationServerId,
    assertionParameter: values.assertionKey,
    headers,
    dpopRequired: values.dpopRequired,
  }
}

async function readKey(
  values: ConnectionValues,
  form: Form,
  isProbablePrime: PrimeTest,
): Promise<PrivateKey | undefined> {
  const alg = form.read('Jwt Auth Algorithm', () => ({
    value: values.jwtAlg ? parseJwtAlg(values.jwtAlg) : undefined,
  }))
  return form.readLater('Private Key', async () => {
    const key = await importKey(values.key?.reveal() ?? '', {
      kid: values.keyId,
      alg,
      passphrase: values.passphrase,
      isProbablePrime,
    })
    return { value: key, warnings: key.warnings }
  })
}

function readAssertion(
  values: ConnectionValues,
  org: OrgUrl | undefined,
  authorizationServerId: string | undefined,
  form: Form,
): AssertionOptions {
  const audience = form.read('Jwt Auth Claims Audience', () => {
    if (!values.jwtAudience || org === undefined) return { value: undefined }
    return { value: parseAudience(values.jwtAudience, org, authorizationServerId) }
  })
  const additionalClaims = form.read('Additional Claims', () => ({ value: claimsOf(values) }))
  const lifetimeSeconds = form.read('Advanced JWT', () => ({
    value: parseLifetime(values.jwtExpirySeconds),
  }))
  const options: AssertionOptions = {
    lifetimeSeconds,
    // An empty text is a field that was left empty.
    issuer: values.jwtIssuer || undefined,
    subject: values.jwtSubject || undefined,
    audience,
    additionalClaims,
  }
  form.read('Advanced JWT', () => ({ value: undefined, warnings: checkAssertionOptions(options) }))
  return options
}

/**
 * The life of an assertion. Plain digits only: `1e2` and `0x10` are numbers to JavaScript, and a slip to whoever typed them.
 *
 * @throws {AssertionError} `assertion_lifetime`
 */
export function parseLifetime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return Number(text)
  throw new AssertionError(
    'assertion_lifetime',
    'The assertion lifetime is not a number of seconds in plain digits.',
    {
      remedy: 'Write --jwt-expiry-seconds with digits alone, from 1 to 3600; 240 suits every org.',
    },
  )
}

/** The headers of a token request as they were given. @throws {UsageError} where one has no name or no `=`. */
export function headersOf({ headers = [] }: ConnectionValues): Readonly<Record<string, string>> {
  return isTexts(headers) ? namedValues(headers, 'header') : headers
}

/** The additional claims as they were given; undefined where there is none. @throws {UsageError} as `headersOf` does. */
export function claimsOf({
  jwtClaims = [],
}: ConnectionValues): Readonly<Record<string, JsonValue>> | undefined {
  const claims = isTexts(jwtClaims) ? jsonValues(namedValues(jwtClaims, 'claim')) : jwtClaims
  return Object.keys(claims).length === 0 ? undefined : claims
}

function isTexts(given: readonly string[] | object): given is readonly string[] {
  return Array.isArray(given)
}

function namedValues(texts: readonly string[], what: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name !== undefined && value !== undefined) return [name.trim(), value]
      throw new UsageError('usage_invalid', `A ${what} is not written as name=value.`, {
        remedy: `Write --${what === 'claim' ? 'jwt-claim' : 'header'} name=value.`,
      })
    }),
  )
}

/** Values that are JSON become what they say; everything else stays text. */
function jsonValues(values: Record<string, string>): Record<string, JsonValue> {
  const entries = Object.entries(values).map(([name, text]): [string, JsonValue] => {
    try {
      return [name, JSON.parse(text)]
    } catch {
      return [name, text]
    }
  })
  return Object.fromEntries(entries)
}
