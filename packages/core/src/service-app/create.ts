/** @module Makes a service app: through the Apps API, or by dynamic client registration. */

import type { PublicJwk } from '../keys/public.ts'
import { ApiError } from '../org/errors.ts'
import {
  eachOf,
  isMembers,
  membersOf,
  requireMembers,
  requireText,
  textOf,
} from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { findApp, parseApp, type ServiceApp } from './app.ts'
import { ServiceAppError } from './errors.ts'
import { isSameKey } from './public-keys.ts'

/** What a new service app shall be. */
export interface NewApp {
  /** The name that the Admin Console shows. Labels are not unique. */
  readonly label: string
  readonly publicJwk: PublicJwk
  /** Fetched by Okta from here instead of kept there. HTTPS. */
  readonly jwksUri?: string
  readonly dpopRequired: boolean
}

/** The longest label that Okta takes. */
export const maxLabelCharacters = 100

/**
 * The body that makes a service app through the Apps API.
 *
 * @param clientId - chosen here and unique in the org, so that no second app can come of the same request sent twice.
 * @see okta/terraform-provider-okta, `TestAccResourceOktaAppOauth_serviceWithJWKS` - recorded
 */
export function newAppBody(app: NewApp, clientId: string): Readonly<Record<string, unknown>> {
  return {
    name: 'oidc_client',
    label: app.label,
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      oauthClient: {
        client_id: clientId,
        autoKeyRotation: true,
        token_endpoint_auth_method: 'private_key_jwt',
        pkce_required: false,
      },
    },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        consent_method: 'TRUSTED',
        issuer_mode: 'ORG_URL',
        dpop_bound_access_tokens: app.dpopRequired,
        ...keySource(app),
      },
    },
  }
}

/**
 * Makes a service app through the Apps API, or finds the one that an earlier attempt made.
 *
 * @throws {ServiceAppError} `app_client_id_taken` where the client id is another app's.
 * @see Okta, "Applications API" - `credentials.oauthClient.client_id`: 6 to 100 characters, chosen on create only
 */
export async function createApp(
  org: Org,
  app: NewApp,
  clientId: string,
  signal?: AbortSignal,
): Promise<ServiceApp> {
  const search = { label: app.label, ...(signal === undefined ? {} : { signal }) }
  try {
    const answer = await org.request({
      method: 'POST',
      path: '/api/v1/apps',
      query: { activate: true },
      body: newAppBody(app, clientId),
      // The org takes a client id once: sent again, the request is refused, and the app found.
      retryable: true,
      signal,
    })
    return parseApp(requireMembers(answer.json(), 'the new app'))
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 409].includes(error.okta.status)) throw error
    const found = await findApp(org, clientId, search)
    if (found === undefined) throw error
    if (isMadeOf(found, app)) return found
    throw new ServiceAppError(
      'app_client_id_taken',
      `${clientId} is the client id of another app.`,
      {
        remedy: 'Make a new plan: it chooses another client id.',
        details: { clientId, label: found.label },
        cause: error,
      },
    )
  }
}

/** The body that makes a service app by dynamic client registration, which knows nothing of DPoP. @see RFC 7591 */
export function registrationBody(app: NewApp): Readonly<Record<string, unknown>> {
  return {
    client_name: app.label,
    application_type: 'service',
    grant_types: ['client_credentials'],
    response_types: ['token'],
    token_endpoint_auth_method: 'private_key_jwt',
    // With the key itself even where its URL comes later: by the key the client is found again.
    jwks: { keys: [app.publicJwk] },
  }
}

/**
 * Registers a service app at `/oauth2/v1/clients`, or finds the one that an earlier attempt made. The org chooses the
 * client id, and names are not unique, so an earlier one is known by its name and by having our key.
 *
 * @returns the client id.
 * @throws {ServiceAppError} `app_ambiguous` where several clients have the name and the key.
 */
export async function registerClient(org: Org, app: NewApp, signal?: AbortSignal): Promise<string> {
  const earlier = await findRegisteredClient(org, app, signal)
  if (earlier !== undefined) return earlier
  const answer = await org.request({
    method: 'POST',
    path: '/oauth2/v1/clients',
    body: registrationBody(app),
    signal,
  })
  return requireText(requireMembers(answer.json(), 'the new client'), 'client_id', 'the new client')
}

/** The client with this name and this key, if there is one. @throws {ServiceAppError} `app_ambiguous` */
export async function findRegisteredClient(
  org: Org,
  app: NewApp,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const found: string[] = []
  const query = { q: app.label }
  for await (const client of org.list('/oauth2/v1/clients', { query, limit: 200, signal })) {
    if (!isMembers(client) || textOf(client, 'client_name') !== app.label) continue
    const keys = eachOf(membersOf(client, 'jwks')['keys'])
    if (keys.some((jwk) => isSameKey(jwk, app.publicJwk))) {
      found.push(requireText(client, 'client_id', 'a client'))
    }
  }
  if (found.length < 2) return found[0]
  throw new ServiceAppError(
    'app_ambiguous',
    `${found.length} clients are called ${app.label} and have this key.`,
    {
      remedy:
        'Delete the ones that you do not want under Applications > Applications, and run again.',
      details: { clientIds: found },
    },
  )
}

/** Whether an app that was found is the one that this would have made. */
export function isMadeOf(found: ServiceApp, app: NewApp): boolean {
  if (app.jwksUri !== undefined) return found.jwksUri === app.jwksUri
  return found.keys.some(({ jwk }) => isSameKey(jwk, app.publicJwk))
}

function keySource({ publicJwk, jwksUri }: NewApp): Readonly<Record<string, unknown>> {
  if (jwksUri !== undefined) return { jwks_uri: jwksUri }
  return { jwks: { keys: [{ ...publicJwk, status: 'ACTIVE' }] } }
}
