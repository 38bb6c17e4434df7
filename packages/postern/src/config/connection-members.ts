/** @module A connection as JSON: the members of the API's body and of a file, and the values they stand for. */

import { type JsonValue, Secret } from '@postern/core'
import { z } from 'zod'
import type { ConnectionValues } from './connection.ts'

const MAX_KEY_CHARACTERS = 65_536
const MAX_SCOPES_CHARACTERS = 16_384
const MAX_SCOPES = 200
const MAX_NAMED = 64
const MAX_DAYS = 3_650

const text = (maxCharacters: number) => z.string().max(maxCharacters)
const scopes = z
  .union([text(MAX_SCOPES_CHARACTERS), z.array(text(200)).max(MAX_SCOPES)])
  .describe('A list, or a text with spaces or commas in between.')

function named<Value extends z.ZodType>(value: Value) {
  return z
    .record(text(64), value)
    .refine((members) => Object.keys(members).length <= MAX_NAMED, `More than ${MAX_NAMED} names.`)
}

/** Where a secret stands, a file that is kept in Git has a reference. */
const secrets = {
  key: z
    .union([text(MAX_KEY_CHARACTERS), named(z.unknown())])
    .transform((key) => (typeof key === 'string' ? key : JSON.stringify(key)))
    .describe(
      'Private key: JWK or PEM, as it was copied, or a JWK as an object. Never comes out again.',
    ),
  passphrase: text(1_024).describe('Of an encrypted PEM. Used once and not kept.'),
  apiToken: text(256).describe('An API token in the place of client id, key and scopes.'),
  headers: named(text(1_024)).describe('Headers of the token request. Their values are sealed.'),
}

const settings = {
  description: text(500).describe('Free text.'),
  clientId: text(200).describe("Client ID from the app's General tab."),
  keyId: text(200).describe('Key ID, where the key has none of its own.'),
  scopes,
  jwtAlg: text(40).describe('RS256 to ES512; JWT_ALGORITHM_RS256 is understood.'),
  jwtExpirySeconds: z
    .union([z.number(), text(10)])
    .describe('Life of the assertion, 1 to 3600; default 240.'),
  jwtIssuer: text(255).describe('iss; default: the Client ID.'),
  jwtSubject: text(255).describe('sub; default: the Client ID.'),
  jwtAudience: text(500).describe('token-url (default) or issuer, or the URL of either.'),
  tokenUrl: text(500).describe(
    "The org's own token endpoint (default), or that of a custom authorization server.",
  ),
  assertionKey: text(64).describe(
    'Form parameter of the assertion; default client_assertion, as Okta expects it.',
  ),
  jwtClaims: named(z.unknown()).describe('Additional claims, each any JSON.'),
  dpop: z
    .enum(['auto', 'always', 'never'])
    .describe('Whether token requests carry a DPoP proof; default auto: when the org asks for it.'),
  rotationIntervalDays: z
    .int()
    .min(1)
    .max(MAX_DAYS)
    .describe('Days between scheduled rotations of the key; without it there are none.'),
  rotationAdmin: text(200).describe(
    "The connection that changes the app's keys in Okta when a rotation is due; default: the app itself.",
  ),
  keys: z
    .enum(['okta', 'url'])
    .describe('Whether Okta keeps the public key (default) or fetches it from a URL.'),
  jwksUrl: text(2_048).describe(
    'The URL for keys: url; default: the one at which this server publishes the key set.',
  ),
  wants: scopes.describe('The scopes, or the bundle, that the doctor looks at; default: scopes.'),
}

const place = {
  name: text(200).describe('Lower-case letters, digits and hyphens.'),
  orgUrl: text(2_048).describe('Org URL, for example https://acme.okta.com.'),
}

/** What is used up by the request that names it. */
const used = {
  keyDraft: text(64).describe('The id of a key draft, in the place of key.'),
}

/** The members of a new connection. Each text is judged later, with all others, so that every problem is told at once. */
export const connectionMembers = z.strictObject({
  ...place,
  ...z.strictObject({ ...settings, ...secrets, ...used }).partial().shape,
})

/** The members of a change. What is left out stays; `null` takes the default again. */
export const connectionChangeMembers = z.strictObject({
  ...nullable(settings),
  ...z.strictObject({ ...secrets, ...used, headers: secrets.headers.nullable() }).partial().shape,
})

const someMembers = connectionMembers.omit({ name: true }).partial()

/** A new connection as JSON. */
export type ConnectionMembers = z.infer<typeof connectionMembers>

/** A change of a connection as JSON. */
export type ConnectionChangeMembers = z.infer<typeof connectionChangeMembers>

/** The values that the members of a connection stand for. */
export function valuesOf(members: z.infer<typeof someMembers>): ConnectionValues {
  const { key, passphrase, apiToken, scopes: asked, jwtExpirySeconds, dpop, ...rest } = members
  const { rotationIntervalDays: _days, rotationAdmin: _admin, ...others } = rest
  const { wants: _wants, keys: _keys, jwksUrl: _url, keyDraft: _draft, ...values } = others
  const { jwtClaims, ...texts } = values
  return {
    ...texts,
    key: secretOf(key),
    passphrase: secretOf(passphrase),
    apiToken: secretOf(apiToken),
    scopes: typeof asked === 'object' ? asked.join('\n') : asked,
    jwtExpirySeconds: jwtExpirySeconds === undefined ? undefined : String(jwtExpirySeconds),
    jwtClaims: jwtClaims as Readonly<Record<string, JsonValue>> | undefined,
    dpopRequired: dpopRequiredOf(dpop),
  }
}

/** The values that a change makes of those that are kept. */
export function changedValues(
  kept: ConnectionValues,
  change: ConnectionChangeMembers,
): ConnectionValues {
  const given = Object.entries(change).filter(([, value]) => value !== null)
  const values = valuesOf(someMembers.parse(Object.fromEntries(given)))
  const names = Object.keys(change).map((name) => (name === 'dpop' ? 'dpopRequired' : name))
  const changed = Object.entries(values).filter(([name]) => names.includes(name))
  const cleared = names.filter((name) => !(name in values)).map((name) => [name, undefined])
  return { ...kept, ...Object.fromEntries([...cleared, ...changed]) }
}

/** What the choice of `dpop` stands for; undefined: as soon as the org asks. */
function dpopRequiredOf(dpop: ConnectionMembers['dpop']): boolean | undefined {
  return dpop === undefined || dpop === 'auto' ? undefined : dpop === 'always'
}

function nullable<Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) {
  const members = Object.entries(shape).map(([name, value]) => [name, value.nullable().optional()])
  // Entries lose what belongs to which name.
  return Object.fromEntries(members) as {
    [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>>
  }
}

function secretOf(value: string | undefined): Secret | undefined {
  return value === undefined ? undefined : new Secret(value)
}
