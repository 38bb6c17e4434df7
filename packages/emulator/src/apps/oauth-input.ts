/** @module Judges what makes an app an OAuth client: methods, grant types, keys, and the other settings. */

import {
  optionalBoolean,
  optionalChoice,
  optionalObject,
  optionalText,
  optionalTexts,
} from '../http/fields.ts'
import { isLoopback } from '../http/loopback.ts'
import { invalid } from '../http/okta-error.ts'
import type { JsonObject } from '../json.ts'
import { type ClientAuthMethod, clientAuthMethods, type OauthClient } from '../state/app.ts'
import { type KeyInput, readKeys } from './key-input.ts'

/** A client as it was sent, judged; what was left out has its default. */
export interface OauthInput {
  readonly applicationType: OauthClient['applicationType']
  readonly authMethod: ClientAuthMethod
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly dpopRequired: boolean
  /** Absent where the request does not name any. */
  readonly keys?: readonly KeyInput[]
  readonly jwksUri?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly networkAllowed: boolean
  readonly settings: JsonObject
  readonly pkceRequired: boolean
  readonly autoKeyRotation: boolean
}

const applicationTypes = ['web', 'native', 'browser', 'service'] as const
const responseTypes = ['code', 'token', 'id_token'] as const
const grantTypes = [
  'authorization_code',
  'implicit',
  'refresh_token',
  'password',
  'client_credentials',
  'interaction_code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
] as const
const CLIENT_ID = /^[A-Za-z0-9_-]{6,100}$/
/** Settings that are kept as they were given and printed in this order. */
const textSettings = [
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'initiate_login_uri',
] as const

/**
 * Reads a client.
 *
 * @param credentials - where the way to prove itself stands: `credentials.oauthClient` of an app, or the whole body in
 *   dynamic registration.
 * @param client - where the rest stands: `settings.oauthClient`, or the whole body again.
 * @throws {RefusedRequest} `E0000001` or `E0000003`.
 */
export function readOauth(
  credentials: JsonObject,
  client: JsonObject,
  options: { readonly httpJwksUri: boolean; readonly defaultConsent: 'TRUSTED' | 'REQUIRED' },
): OauthInput {
  const applicationType = optionalChoice(client, 'application_type', applicationTypes) ?? 'web'
  const service = applicationType === 'service'
  const authMethod =
    optionalChoice(credentials, 'token_endpoint_auth_method', clientAuthMethods) ??
    'client_secret_basic'
  if (service && authMethod === 'none') {
    throw invalid('token_endpoint_auth_method', "'none' can't be used by a 'service' application.")
  }
  const grants = readEach(client, 'grant_types', grantTypes) ?? [
    service ? 'client_credentials' : 'authorization_code',
  ]
  const responses = readEach(client, 'response_types', responseTypes) ?? [
    service ? 'token' : 'code',
  ]
  requireRedirect(client, grants)
  const clientId = readClientId(credentials)
  const clientSecret = optionalText(credentials, 'client_secret')
  return {
    applicationType,
    authMethod,
    grantTypes: grants,
    responseTypes: responses,
    dpopRequired: optionalBoolean(client, 'dpop_bound_access_tokens') ?? false,
    ...readKeySource(client, options.httpJwksUri),
    ...(clientId !== undefined && { clientId }),
    ...(clientSecret !== undefined && { clientSecret }),
    networkAllowed: readNetworkAllowed(client),
    settings: readSettings(client, options.defaultConsent),
    pkceRequired:
      optionalBoolean(credentials, 'pkce_required') ??
      (applicationType === 'browser' || applicationType === 'native'),
    autoKeyRotation: optionalBoolean(credentials, 'autoKeyRotation') ?? true,
  }
}

function readClientId(credentials: JsonObject): string | undefined {
  const clientId = optionalText(credentials, 'client_id')
  if (clientId === undefined) return undefined
  if (CLIENT_ID.test(clientId) && clientId !== 'ALL_CLIENTS') return clientId
  throw invalid(
    'client_id',
    "'client_id' must have 6 to 100 letters, digits, '-' or '_', and can't be ALL_CLIENTS.",
  )
}

function readEach(
  client: JsonObject,
  name: string,
  choices: readonly string[],
): readonly string[] | undefined {
  const texts = optionalTexts(client, name)
  const unknown = texts?.find((text) => !choices.includes(text))
  if (unknown === undefined) return texts
  throw invalid(name, `'${name}' is invalid. Valid values: [${choices.join(', ')}].`)
}

function requireRedirect(client: JsonObject, grants: readonly string[]): void {
  const redirects = optionalTexts(client, 'redirect_uris') ?? []
  const needed = grants.includes('authorization_code') || grants.includes('implicit')
  if (needed && redirects.length === 0) {
    throw invalid('redirect_uris', "At least one value must be specified in 'redirect_uris'.")
  }
  const wrong = redirects.find((uri) => !URL.canParse(uri))
  if (wrong !== undefined)
    throw invalid('redirect_uris', "'redirect_uris' contains an invalid URI.")
}

function readKeySource(
  client: JsonObject,
  httpAllowed: boolean,
): Pick<OauthInput, 'keys' | 'jwksUri'> {
  const jwks = optionalObject(client, 'jwks')
  const jwksUri = optionalText(client, 'jwks_uri')
  if (jwks !== undefined && jwksUri !== undefined) {
    throw invalid('jwks', "'jwks' and 'jwks_uri' can't both be specified.")
  }
  if (jwksUri !== undefined) {
    if (!isKeyUrl(jwksUri, httpAllowed)) {
      throw invalid('jwks_uri', "'jwks_uri' must be a valid HTTPS URL.")
    }
    return { jwksUri }
  }
  return jwks === undefined ? {} : { keys: readKeys(jwks) }
}

function isKeyUrl(text: string, httpAllowed: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  if (protocol === 'https:') return true
  return protocol === 'http:' && isLoopback(hostname) && httpAllowed
}

// The emulator's callers come from loopback, which lies in no network zone: an app that allows only zones refuses them.
function readNetworkAllowed(client: JsonObject): boolean {
  const network = optionalObject(client, 'network')
  if (network === undefined) return true
  const connection = optionalChoice(network, 'connection', ['ANYWHERE', 'ZONE'] as const)
  const included = optionalTexts(network, 'include')
  optionalTexts(network, 'exclude')
  return connection !== 'ZONE' || included === undefined || included.length === 0
}

function readSettings(client: JsonObject, defaultConsent: string): JsonObject {
  const texts = textSettings.map((name) => [name, optionalText(client, name)] as const)
  const login = optionalObject(client, 'idp_initiated_login') ?? {}
  const network = optionalObject(client, 'network')
  const postLogout = optionalTexts(client, 'post_logout_redirect_uris')
  return {
    ...Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
    redirect_uris: optionalTexts(client, 'redirect_uris') ?? [],
    ...(postLogout !== undefined && { post_logout_redirect_uris: postLogout }),
    consent_method:
      optionalChoice(client, 'consent_method', ['TRUSTED', 'REQUIRED'] as const) ?? defaultConsent,
    issuer_mode:
      optionalChoice(client, 'issuer_mode', ['ORG_URL', 'CUSTOM_URL', 'DYNAMIC'] as const) ??
      'ORG_URL',
    idp_initiated_login: {
      mode: optionalChoice(login, 'mode', ['DISABLED', 'SPEC', 'OKTA'] as const) ?? 'DISABLED',
      default_scope: optionalTexts(login, 'default_scope') ?? [],
    },
    wildcard_redirect:
      optionalChoice(client, 'wildcard_redirect', ['DISABLED', 'SUBDOMAIN'] as const) ?? 'DISABLED',
    participate_slo: optionalBoolean(client, 'participate_slo') ?? false,
    ...(network !== undefined && { network }),
  }
}
