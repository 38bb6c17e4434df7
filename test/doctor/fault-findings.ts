/**
 * @module What the doctor says to every fault of the emulator: the expectations of doctor-conformance.test.ts and the table
 * of docs/doctor.md.
 */

import { type CheckName, type Finding, Secret } from '@postern/core'
import type { RunningOrg } from '@postern/emulator'
import { createSelfSigned } from '../certificates.ts'
import type { TestClock } from '../test-clock.ts'
import { hostedTransport } from './hosted-transport.ts'
import type { Prepared, Scene } from './scene.ts'

/** What is found. */
export interface ExpectedFinding {
  readonly check: CheckName
  readonly code: string
  readonly status: Finding['status']
  readonly certainty: Finding['certainty']
  /** A part of the remedy that no other problem's has. */
  readonly remedy?: RegExp
}

/** What the doctor says to a fault in a scene. */
export type FaultFinding = { readonly fault: string; readonly scene?: Scene } & (
  | {
      readonly finding: ExpectedFinding
      /** With an admin's credential, where that shows more. */
      readonly proven?: Pick<ExpectedFinding, 'code'> & Partial<ExpectedFinding>
    }
  /** Why there is nothing to see for a client that behaves. */
  | { readonly nothing: string }
)

const failed = (
  check: CheckName,
  code: string,
  remedy: RegExp,
  certainty: Finding['certainty'] = 'proven',
): ExpectedFinding => ({ check, code, status: 'failed', certainty, remedy })

const warning = (
  check: CheckName,
  code: string,
  remedy: RegExp,
  certainty: Finding['certainty'] = 'proven',
): ExpectedFinding => ({ check, code, status: 'warning', certainty, remedy })

const information = (check: CheckName, code: string): ExpectedFinding => ({
  check,
  code,
  status: 'information',
  certainty: 'proven',
})

const apiToken = { what: 'an API token', credential: 'api-token' } as const
const dpopApp = { what: 'an app that requires DPoP', start: { dpopRequired: true } } as const

const manageScopes = ['okta.users.manage', 'okta.groups.manage']
const managing: Scene = {
  what: 'a connection that changes users and groups',
  start: { scopes: manageScopes, role: 'USER_ADMIN' },
}

const kidRefused = failed('token', 'kid_refused', /PUBLIC KEYS/, 'likely')
const keysUrlUnreachable = failed('token', 'jwks_uri_unreachable', /JWKS URL/)
const upstream = (code: string, remedy: RegExp) => failed('reachable', code, remedy)

/** Every fault, in the order of the emulator's documentation. */
export const faultFindings: readonly FaultFinding[] = [
  {
    fault: 'key-inactive',
    finding: kidRefused,
    proven: { code: 'key_inactive', remedy: /^Activate the key/ },
  },
  {
    fault: 'key-deleted',
    finding: kidRefused,
    proven: { code: 'key_not_registered', remedy: /Add key/ },
  },
  { fault: 'key-not-registered', finding: failed('token', 'key_not_registered', /Add key/) },
  { fault: 'key-replaced', finding: failed('token', 'key_mismatch', /private key whose/) },
  {
    fault: 'kid-unknown',
    finding: kidRefused,
    proven: { code: 'kid_unknown', remedy: /--kid/ },
  },
  {
    fault: 'second-key-registered',
    nothing: 'An assertion names its kid, so a second key changes nothing.',
  },
  {
    fault: 'second-key-registered',
    scene: { what: 'a key whose kid was not given', before: withoutKid },
    finding: failed('token', 'kid_missing', /--kid/, 'likely'),
    proven: { code: 'kid_missing', remedy: /--kid/ },
  },
  {
    fault: 'key-for-encryption',
    finding: failed('token', 'key_for_encryption', /"use": "sig"/),
  },
  { fault: 'keys-url-unreachable', finding: keysUrlUnreachable },
  { fault: 'keys-url-not-json', finding: keysUrlUnreachable },
  { fault: 'keys-url-empty', finding: failed('token', 'jwks_uri_empty', /^Publish/) },
  {
    fault: 'keys-url-duplicate-kids',
    finding: failed('token', 'jwks_uri_duplicate_kids', /own kid/),
  },
  {
    fault: 'keys-url-outdated',
    finding: kidRefused,
    proven: { code: 'jwks_uri_outdated', remedy: /beside the old one/ },
  },
  { fault: 'keys-url-slow', finding: keysUrlUnreachable },
  {
    fault: 'app-inactive',
    finding: failed('token', 'app_refused', /Active/, 'likely'),
    proven: { code: 'app_inactive', remedy: /^Activate the app/ },
  },
  { fault: 'app-deleted', finding: failed('token', 'app_unknown', /Client ID/) },
  { fault: 'app-not-service', finding: failed('token', 'app_not_service', /API Services/) },
  {
    fault: 'client-secret-method',
    finding: failed('token', 'app_refused', /Public key \/ Private key/, 'likely'),
    proven: { code: 'app_client_secret', remedy: /^Set Client authentication/ },
  },
  {
    fault: 'grant-type-missing',
    finding: failed('token', 'app_grant_type_missing', /^Tick Client Credentials/),
  },
  { fault: 'dpop-required', finding: information('token', 'dpop_required') },
  {
    fault: 'network-zone-excludes-client',
    finding: failed('token', 'app_network_zone', /Security > Networks/),
  },
  {
    fault: 'scope-not-granted',
    finding: failed('granted-scopes', 'scope_not_granted', /Okta API Scopes tab/),
  },
  {
    fault: 'scope-not-granted=okta.groups.read',
    scene: { what: 'of another scope' },
    finding: failed('granted-scopes', 'scope_not_granted', /Okta API Scopes tab/),
  },
  {
    fault: 'no-scope-granted',
    finding: failed('token', 'scope_not_granted', /Okta API Scopes tab/),
  },
  {
    fault: 'admin-role-missing',
    finding: failed('reading', 'role_missing', /Admin roles tab/, 'likely'),
    proven: { code: 'role_missing', remedy: /Read-Only Administrator/ },
  },
  {
    fault: 'admin-role-missing-lists-forbidden',
    finding: failed('reading', 'role_missing', /Admin roles tab/, 'likely'),
    proven: { code: 'role_missing', remedy: /Read-Only Administrator/ },
  },
  {
    fault: 'admin-role-lowered',
    finding: failed('reading', 'role_too_narrow', /Read-Only Administrator/, 'likely'),
    proven: { code: 'role_too_narrow' },
  },
  {
    fault: 'admin-role-lowered=READ_ONLY_ADMIN',
    scene: managing,
    finding: failed('writing', 'role_too_narrow', /Group Administrator/),
  },
  {
    fault: 'admin-role-narrowed',
    finding: failed('reading', 'role_too_narrow', /Admin roles tab/, 'likely'),
    proven: { code: 'role_narrowed', remedy: /^Take the limits off/ },
  },
  {
    fault: 'admin-role-narrowed',
    scene: { ...managing, what: 'to a group without members', before: narrowedToEmptyGroup },
    finding: failed('reading', 'role_too_narrow', /Admin roles tab/, 'likely'),
    proven: { code: 'role_narrowed', remedy: /^Take the limits off/ },
  },
  {
    fault: 'token-life-short',
    finding: warning('token-life', 'token_life_short', /live for an hour/),
  },
  {
    fault: 'token-life-misstated',
    finding: warning('token-life', 'token_life_misstated', /no proxy rewrites/),
  },
  {
    fault: 'tokens-revoked',
    nothing: 'The doctor asks for a token of its own, and new ones work.',
  },
  {
    fault: 'nonces-forgotten',
    scene: dpopApp,
    nothing: 'The doctor has no nonce of before, and the org gives a new one.',
  },
  {
    fault: 'nonce-required-at-apis',
    scene: dpopApp,
    finding: information('answers', 'dpop_nonce_at_apis'),
  },
  {
    fault: 'assertions-replayed',
    finding: failed('token', 'assertion_replayed', /proxy on the way that repeats/),
  },
  {
    fault: 'proofs-replayed',
    scene: dpopApp,
    finding: failed('token', 'proof_replayed', /proxy on the way that repeats/),
  },
  {
    fault: 'client-credentials-unavailable',
    finding: failed('token', 'org_grant_unavailable', /Okta support/),
  },
  {
    fault: 'api-token-revoked',
    scene: apiToken,
    finding: failed('owner', 'api_token_refused', /Security > API > Tokens/, 'likely'),
  },
  {
    fault: 'api-token-expired',
    scene: apiToken,
    finding: failed('owner', 'api_token_refused', /Security > API > Tokens/, 'likely'),
  },
  {
    fault: 'api-token-network-zone',
    scene: apiToken,
    finding: failed('owner', 'api_token_network_zone', /network zone/, 'likely'),
  },
  {
    fault: 'api-token-owner-deactivated',
    scene: apiToken,
    finding: failed('owner', 'api_token_refused', /Security > API > Tokens/, 'likely'),
  },
  {
    fault: 'api-token-owner-read-only',
    scene: apiToken,
    nothing: 'Reading works as before; only a connection that changes things can tell.',
  },
  {
    fault: 'api-token-owner-read-only',
    scene: {
      ...apiToken,
      what: 'an API token that changes users and groups',
      options: { wants: manageScopes },
    },
    finding: failed('writing', 'role_too_narrow', /Security > Administrators/),
  },
  {
    fault: 'api-token-owner-without-role',
    scene: apiToken,
    finding: failed('reading', 'role_missing', /Security > Administrators/, 'likely'),
    proven: { code: 'role_missing', remedy: /Read-Only Administrator/ },
  },
  {
    fault: 'clock-skew',
    finding: warning('clock', 'clock_skew', /NTP/),
  },
  {
    fault: 'clock-skew=-600',
    scene: { what: 'with the org behind' },
    finding: warning('clock', 'clock_skew', /NTP/),
  },
  {
    fault: 'custom-domain',
    nothing: 'A connection that names one host throughout never meets the other.',
  },
  {
    fault: 'custom-domain',
    scene: {
      what: 'a connection through the custom domain',
      start: { tls: createSelfSigned({ hosts: ['login.acme.example'] }) },
      before: throughCustomDomain,
    },
    finding: information('reachable', 'org_url_custom_domain_used'),
  },
  {
    fault: 'custom-domain',
    scene: {
      what: 'a proxy that sends token requests to the other host',
      start: { tls: createSelfSigned({ hosts: ['login.acme.example'] }) },
      before: throughMixedHosts,
    },
    finding: failed('token', 'assertion_audience_refused', /one host throughout/),
  },
  { fault: 'log-pages-short', nothing: 'A page may end early; its next link leads on.' },
  {
    fault: 'index-behind',
    nothing: 'While nobody changes anything, an index that is behind shows what there is.',
  },
  {
    fault: 'index-behind',
    scene: { what: 'a user who was changed just now', before: userChangedJustNow },
    finding: warning('search', 'search_behind', /search, filter and q/),
  },
  {
    fault: 'log-late',
    finding: warning('log', 'log_late', /overlap/, 'likely'),
  },
  { fault: 'rate-limited', finding: upstream('rate_limited', /Rate Limits/) },
  { fault: 'concurrency-limited', finding: upstream('rate_concurrency', /at the same time/) },
  {
    fault: 'page-too-big',
    finding: warning('pages', 'page_too_big', /smaller pages/),
  },
  {
    fault: 'rate-headers-missing',
    finding: warning('rate-limits', 'rate_headers_missing', /x-rate-limit headers/),
  },
  {
    fault: 'rate-headers-doubled',
    finding: information('rate-limits', 'rate_headers_doubled'),
  },
  { fault: 'server-error', finding: upstream('upstream_unavailable', /status\.okta\.com/) },
  { fault: 'bad-gateway', finding: upstream('upstream_unavailable', /status\.okta\.com/) },
  { fault: 'unavailable', finding: upstream('upstream_unavailable', /status\.okta\.com/) },
  {
    fault: 'read-only-mode',
    nothing: 'Reading works as before; only a connection that changes things can tell.',
  },
  {
    fault: 'read-only-mode',
    scene: managing,
    finding: failed('writing', 'org_read_only', /read-only mode/),
  },
  {
    fault: 'feature-not-licensed',
    nothing: 'Nobody asks for what the feature is about.',
  },
  {
    fault: 'feature-not-licensed',
    scene: {
      what: 'a connection that reads devices',
      start: { scopes: ['okta.devices.read', 'okta.users.read'] },
    },
    finding: failed('reading', 'feature_unavailable', /plan does not include/),
  },
  {
    fault: 'endpoint-not-for-tokens',
    finding: failed('reading', 'endpoint_not_for_tokens', /Use an API token/),
  },
  {
    fault: 'token-endpoint-overloaded',
    finding: failed('token', 'upstream_unavailable', /status\.okta\.com/),
  },
  {
    fault: 'timeout',
    scene: { options: { timeoutMs: 250 } },
    finding: upstream('upstream_timeout', /network between/),
  },
  { fault: 'socket-reset', finding: upstream('upstream_connection_lost', /DNS and the network/) },
  {
    fault: 'socket-reset-after-write',
    finding: failed('token', 'upstream_connection_lost', /network between/),
  },
  { fault: 'redirect', finding: upstream('upstream_redirect_refused', /Redirects/) },
  { fault: 'truncated-json', finding: upstream('org_not_answering_json', /in the place of/) },
  { fault: 'body-cut', finding: upstream('upstream_connection_lost', /DNS and the network/) },
  {
    fault: 'slow-body=path:/.well-known/okta-organization',
    scene: { realTime: true },
    finding: warning('answers', 'upstream_slow', /proxies between/),
  },
  { fault: 'html-200', finding: upstream('org_not_answering_json', /captive portal/) },
  { fault: 'json-with-bom', finding: warning('answers', 'body_with_mark', /byte order mark/) },
  { fault: 'foreign-link', finding: failed('pages', 'page_link_foreign_host', /rewrites links/) },
  { fault: 'looping-link', finding: failed('pages', 'page_link_loop', /from a cache/) },
  {
    fault: 'link-missing-next',
    finding: failed('pages', 'page_next_missing', /every Link line/),
  },
  { fault: 'link-joined', nothing: 'One Link line with two links says the same as two lines.' },
  {
    fault: 'link-with-commas',
    nothing: 'A link is read by the grammar of RFC 8288, which lets a URL have commas.',
  },
  { fault: 'duplicate-page', finding: warning('pages', 'page_repeated', /came twice/) },
  { fault: 'empty-page-with-next', finding: information('pages', 'page_empty') },
  { fault: 'cursor-refused', finding: failed('pages', 'cursor_rejected', /changes the query/) },
]

async function withoutKid({ app }: RunningOrg): Promise<Prepared> {
  const { kid: _kid, ...key } = app.key
  return { connection: { key: new Secret(JSON.stringify(key)) } }
}

async function narrowedToEmptyGroup(running: RunningOrg): Promise<Prepared> {
  const group = await call(running, 'POST', '/api/v1/groups', { profile: { name: 'Nobody' } })
  running.faults.on(`admin-role-narrowed=${group.id}`)
  return {}
}

async function userChangedJustNow(running: RunningOrg, clock: TestClock): Promise<Prepared> {
  const [user] = running.org.users
  // What was there before is old enough to be found.
  clock.advance(3_600_000)
  await call(running, 'POST', `/api/v1/users/${user?.id}`, { profile: { nickName: 'New' } })
  clock.advance(10_000)
  return {}
}

async function throughCustomDomain({ org, url }: RunningOrg): Promise<Prepared> {
  org.url = 'https://acme.okta.com'
  const host = 'login.acme.example'
  const transport = hostedTransport(url)
  return { connection: { orgUrl: `https://${host}` }, customDomains: [host], transport }
}

async function throughMixedHosts(running: RunningOrg): Promise<Prepared> {
  const { url } = running
  return {
    ...(await throughCustomDomain(running)),
    transport: hostedTransport(url, ({ host }, method) =>
      method === 'POST' ? 'acme.okta.com' : host,
    ),
  }
}

/** Changes the org with the API token of its first Super Admin. */
async function call(
  { url, adminToken }: RunningOrg,
  method: string,
  path: string,
  body: unknown,
): Promise<{ readonly id: string }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `SSWS ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`The org answered ${answer.status}.`)
  return (await answer.json()) as { readonly id: string }
}
