/** @module What a doctor names beyond the errors of other parts: its codes, and what to do about each. Data, but for one function. */

import type { ErrorDetails } from '../error.ts'
import type { Observation } from './finding.ts'

const GENERAL_TAB = "the app's General tab"
const PUBLIC_KEYS = 'General > Client Credentials > PUBLIC KEYS'

/** What to do about each problem that a doctor alone names, by its code. */
export const remedies = {
  clock_skew: "Set this machine's clock: switch on its time service (NTP).",
  admin_refused:
    'Give the API token of a Super Admin of this org: Security > API > Tokens > Create token.',
  admin_too_narrow:
    'Give an API token that a Super Admin created: Security > API > Tokens > Create token.',
  app_unknown: `Copy the Client ID from ${GENERAL_TAB}, and check that the org URL is that app's org.`,
  app_inactive: 'Activate the app: Applications > Applications > the app > Inactive > Activate.',
  app_client_secret: `Set Client authentication to Public key / Private key (General > Client Credentials > Edit), and add the public key there.`,
  app_refused: `Open the app under Applications > Applications: its status must be Active, and Client authentication on ${GENERAL_TAB} Public key / Private key.`,
  app_not_service:
    'Create a new app integration with sign-in method API Services; another type cannot be changed into one.',
  app_grant_type_missing: `Tick Client Credentials under Grant type on ${GENERAL_TAB}; an app made as API Services has it.`,
  app_network_zone: `Add this machine's public address to the network zone of the app (Security > Networks), or widen the zone on ${GENERAL_TAB}.`,
  org_grant_unavailable:
    "Ask Okta support to switch on OAuth for Okta APIs: this org's own authorization server does not offer client credentials.",
  kid_refused: `Compare the kid with ${PUBLIC_KEYS}: use a KID that is listed there and Active. If this key is not listed, add its public half with Add key.`,
  kid_missing: `Give the key's KID as ${PUBLIC_KEYS} shows it: --kid, or the field Key ID.`,
  kid_unknown: `Give the key's KID as ${PUBLIC_KEYS} shows it: --kid, or the field Key ID.`,
  key_inactive: `Activate the key in ${PUBLIC_KEYS} (its menu > Activate), or use the key that is Active.`,
  key_not_registered: `Add the public half of this key: ${PUBLIC_KEYS} > Add key, then Done and Save.`,
  key_mismatch: `Use the private key whose public half is registered under that KID in ${PUBLIC_KEYS}, or add this one's with a KID of its own.`,
  key_for_encryption: `Add the public half of this key again with "use": "sig" (${PUBLIC_KEYS} > Add key).`,
  key_set_broken: `Remove the app's public keys in ${PUBLIC_KEYS} and add them again.`,
  jwks_uri_unreachable:
    'Check that the JWKS URL of the app answers within seconds, over HTTPS, from the internet, with a JSON key set.',
  jwks_uri_empty: 'Publish the public half of this key at the JWKS URL of the app.',
  jwks_uri_duplicate_kids: 'Give each key at the JWKS URL of the app its own kid.',
  jwks_uri_mismatch: 'Set the JWKS URL of the app to the one the key is published at.',
  jwks_uri_outdated:
    'Publish the public half of this key at the JWKS URL of the app, beside the old one, and wait until Okta has read it again.',
  assertion_replayed:
    'Find the proxy on the way that repeats requests and stop it: every assertion is sent once by Postern.',
  proof_replayed:
    'Find the proxy on the way that repeats requests and stop it: every proof is sent once by Postern.',
  assertion_audience_refused:
    'Use one host throughout, the okta.com URL or the custom domain, and check that no proxy changes the Host of requests.',
  org_url_custom_domain_used:
    "Use the org's Okta URL where links, tokens or tools name that one: both reach the same org.",
  org_url_no_org: 'Check the spelling of the org URL: sign in to it with a browser.',
  org_not_answering_json:
    'Open the org URL in a browser on this machine: a proxy, a captive portal or another site answers in the place of the org.',
  scope_not_granted:
    "Grant each of them on the app's Okta API Scopes tab (Grant; a Super Admin must do it); the next token has them.",
  scope_not_requested: "Add them to the connection's scopes.",
  scope_unknown: 'Correct the names: the org does not offer these scopes.',
  scope_insufficient:
    "Check that no proxy changes tokens, then revoke and grant the scope again on the app's Okta API Scopes tab.",
  token_life_short:
    "Check that the token URL is the org's own, and that no proxy rewrites its answers: an org's tokens live for an hour.",
  token_life_misstated:
    'Check that no proxy rewrites the answers of the token endpoint; Postern renews after a refusal until then.',
  api_token_network_zone:
    "Add this machine's public address to the token's network zone: Security > API > Tokens > the token.",
  api_token_owner_unknown: 'Create a new API token as a user of this org.',
  rate_concurrency:
    'Lower the number of requests that other clients of the org have open at the same time; wait a few seconds.',
  rate_share_low:
    "Raise the app's share on its Application rate limits tab; for an API token under Security > API > Tokens.",
  rate_share_used:
    'Find the other program that uses this credential, and give it one of its own or let it ask more slowly.',
  rate_headers_missing:
    'Let the x-rate-limit headers pass through the proxy: without them Postern learns of a limit by being refused.',
  org_read_only:
    'Wait until Okta ends the read-only mode (status.okta.com): reading works, changes do not.',
  page_too_big: 'Ask for smaller pages: set the page size of inputs to the one that worked.',
  page_repeated:
    'Check for a proxy that rewrites links or answers from a cache: the same records came twice.',
  page_next_missing:
    'Let every Link line of an answer pass through the proxy: lists end after their first page.',
  cursor_rejected:
    'Check for a proxy that changes the query of requests: the org refuses a cursor that it gave a moment ago.',
  search_behind:
    'Wait, and look at status.okta.com: what search, filter and q show is older than the records themselves.',
  log_late:
    'Let feeds read the System Log with an overlap, as Postern does; look at status.okta.com.',
  upstream_slow:
    'Check the network and the proxies between this machine and the org; compare with status.okta.com.',
  body_with_mark:
    'Find the proxy on the way that puts a byte order mark before JSON; other programs will not read it.',
  diagnosis_ended: 'Run the doctor again; where this repeats, look at the slow answers above.',
} as const satisfies Readonly<Record<string, string>>

/** The codes of a doctor's own. */
export type ProblemCode = keyof typeof remedies

/** How a problem is told. */
export interface ProblemOptions {
  /** Default `failed`. */
  readonly status?: 'warning' | 'failed' | 'unknown'
  /** Default `proven`. */
  readonly certainty?: Observation['certainty']
  /** In the place of the usual one. */
  readonly remedy?: string
  readonly details?: ErrorDetails
}

/** A problem with its remedy. */
export function problem(
  code: ProblemCode,
  observed: string,
  options: ProblemOptions = {},
): Observation {
  const { status = 'failed', certainty = 'proven', remedy = remedies[code], details = {} } = options
  return { code, status, certainty, observed, remedy, details }
}
