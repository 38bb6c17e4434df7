/** @module The names under which other products' documents ask for the members of a connection, and what each stands for. */

/** The members whose values are references, never the secret itself. */
export const secretMembers = ['key', 'passphrase', 'apiToken'] as const

/** A member that other products show, and whose value is fixed here. */
export interface FixedMember {
  readonly values: readonly string[]
}

/** Members by their labels, which are compared without case, blanks and punctuation. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  orgUrl: ['Org URL', 'Okta Domain', 'Okta Org URL', 'Base URL'],
  clientId: ['Client ID'],
  keyId: ['KID', 'Key ID', 'Private Key ID'],
  key: ['Private Key', 'Private Key (JWK)', 'Private Key PEM', 'RSA Private Key', 'Key'],
  passphrase: ['Passphrase'],
  apiToken: ['API Key', 'API Token'],
  scopes: ['Scopes', 'scope'],
  description: ['Description'],
  name: ['Connection Name', 'Name'],
  jwtAlg: ['Jwt Auth Algorithm', 'Jwt Alg'],
  jwtExpirySeconds: ['Jwt Auth Claims Expiry Seconds', 'Jwt Expiry Seconds'],
  jwtIssuer: ['Jwt Auth Claims Issuer', 'Jwt Issuer'],
  jwtSubject: ['Jwt Auth Claims Subject', 'Jwt Subject'],
  jwtAudience: ['Jwt Auth Claims Audience', 'Jwt Audience'],
  tokenUrl: ['Jwt Auth Oauth2 Access Token Request URL', 'Token URL'],
  assertionKey: ['Assertion Key', 'Assertion Key (optional)'],
  jwtClaims: ['Additional Claims', 'Jwt Claims'],
  headers: ['Headers'],
  dpop: ['DPoP'],
  rotationIntervalDays: ['Rotation Interval Days'],
  rotationAdmin: ['Rotation Admin'],
  keys: ['Keys'],
  jwksUrl: ['JWKS URL', 'jwks_uri', 'URL to fetch keys dynamically'],
  wants: ['Wants'],
  preApproved: ['Pre-approved'],
  authConfig: ['Auth Config'],
  accept: ['Accept'],
  contentType: ['Content-Type'],
  clientAssertionType: ['client_assertion_type'],
  grantType: ['grant_type'],
  settings: ['Settings'],
  secrets: ['Secrets'],
}

/** Shown by other products, and always the same to Okta. */
export const fixedMembers: Readonly<Record<string, FixedMember>> = {
  authConfig: { values: ['JWT Auth', 'OAuth 2.0 (Service App)', 'API Key'] },
  accept: { values: ['application/json'] },
  contentType: { values: ['application/x-www-form-urlencoded'] },
  clientAssertionType: { values: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'] },
  grantType: { values: ['client_credentials'] },
}

/** Members of a feed by their labels. */
const FEED_LABELS: Readonly<Record<string, readonly string[]>> = {
  connection: ['Connection'],
  input: ['Input'],
  sinks: ['Sinks', 'Outputs'],
  cron: ['Cron', 'Schedule'],
  timezone: ['Timezone', 'Time Zone'],
  missed: ['Missed'],
  since: ['Since', 'Backfill Start Time'],
  sweepHours: ['Sweep Hours'],
  verify: ['Verify'],
  paused: ['Paused'],
}

const feedByLabel = indexOf(FEED_LABELS)
const byLabel = indexOf(LABELS)

/** The member that a name stands for; undefined where there is none. */
export function memberOf(name: string): string | undefined {
  return byLabel.get(normal(name))
}

/** The member of a feed that a name stands for; undefined where there is none. */
export function feedMemberOf(name: string): string | undefined {
  return feedByLabel.get(normal(name))
}

/** The members that other products' documents have labels for. */
export const labelledMembers: readonly string[] = Object.keys(LABELS).filter(
  (member) => !Object.hasOwn(fixedMembers, member) && member !== 'settings' && member !== 'secrets',
)

/** What the documents of other products call a member. */
export function labelsOf(member: string): readonly string[] {
  return LABELS[member] ?? []
}

function indexOf(labels: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(labels).flatMap(([member, names]) =>
      [member, ...names].map((label) => [normal(label), member] as const),
    ),
  )
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
