/** @module Dynamic client registration: the same apps, as OAuth clients see them. */

import { reachesApp, reachOf } from '../authorization/permissions.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalText, readText } from '../http/fields.ts'
import { RefusedRequest } from '../http/okta-error.ts'
import { pageAnswer, readLimit, take } from '../http/paging.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { App } from '../state/app.ts'
import { type ClientApp, isClient } from '../state/clients.ts'
import { mayUseHttp } from './app-input.ts'
import { readAppCursor } from './app-list.ts'
import { removeApp, requireKeyRights } from './apps.ts'
import { makeClient, makeSecret, usesSecret } from './client-app.ts'
import { credentialChanges, rotatesCredentials } from './credential-changes.ts'
import { credentialEvent, lifecycleEvents } from './events.ts'
import { type OauthInput, readOauth } from './oauth-input.ts'
import { requireClient, requireReach } from './require-app.ts'
import { shownSecret } from './show-app.ts'
import { showKeyInClient } from './show-key.ts'

const paging = { defaultLimit: 20, maxLimit: 200, keep: ['q'] }
const all = { path: '/oauth2/v1/clients', bucket: '/oauth2/v1/clients' } as const
const one = { ...all, path: '/oauth2/v1/clients/{id}' } as const

/**
 * `/oauth2/v1/clients`.
 *
 * @see RFC 7591, RFC 7592
 */
export const clientRoutes: readonly ManagementRoute[] = [
  {
    ...all,
    method: 'GET',
    summary: 'Lists the OAuth clients, a page at a time',
    scope: 'okta.clients.read',
    permission: 'clients.read',
    handle: listClients,
  },
  {
    ...all,
    method: 'POST',
    summary: 'Registers an OAuth client',
    scope: 'okta.clients.register',
    permission: 'clients.write',
    handle: registerClient,
  },
  {
    ...one,
    method: 'GET',
    summary: 'Reads an OAuth client',
    scope: 'okta.clients.read',
    permission: 'clients.read',
    handle: (request) => ok(showClient(requireClient(request, 'clients.read'))),
  },
  {
    ...one,
    method: 'PUT',
    summary: 'Replaces an OAuth client as a whole',
    scope: 'okta.clients.manage',
    permission: 'clients.write',
    handle: replaceClient,
  },
  {
    ...one,
    method: 'DELETE',
    summary: 'Deletes an OAuth client, active or not',
    scope: 'okta.clients.manage',
    permission: 'clients.write',
    handle: (request) => {
      removeApp(request, requireClient(request, 'clients.write'))
      return noContent
    },
  },
  {
    method: 'POST',
    path: '/oauth2/v1/clients/{id}/lifecycle/newSecret',
    summary: 'Replaces the secret of an OAuth client',
    bucket: '/oauth2/v1/clients',
    scope: 'okta.clients.manage',
    permission: 'clients.write',
    handle: replaceSecret,
  },
]

function listClients(request: ManagementRequest): Answer {
  const { org, query, principal } = request
  const limit = readLimit(request, paging)
  const begins = (query.get('q') ?? '').toLowerCase()
  const reach = reachOf(principal.roles, 'clients.read')
  const clients = [...org.apps.after(readAppCursor(request))]
    .filter(isClient)
    .filter((app) => app.label.toLowerCase().startsWith(begins) && reachesApp(reach, app))
  const { rows, more } = take(clients, limit)
  const items = rows.map((app) => showClient(app, { secret: false }))
  const next = more ? rows.at(-1)?.id : undefined
  return pageAnswer(request, { items, next }, { limit, keep: paging.keep })
}

function registerClient(request: ManagementRequest): Answer {
  const { org, cause } = request
  const { label, oauth } = readRegistration(request)
  requireReach(request, 'clients.write', { name: 'oidc_client', id: '' })
  const id = org.ids.next('app')
  const atMs = org.time.secondMs()
  const app: ClientApp = {
    id,
    name: 'oidc_client',
    label,
    status: 'ACTIVE',
    createdMs: atMs,
    lastUpdatedMs: atMs,
    signOnMode: 'OPENID_CONNECT',
    details: {},
    // Dynamic registration knows nothing of DPoP.
    oauth: { ...makeClient(org, oauth, id), dpopRequired: false },
  }
  org.apps.put(app)
  const events = [...lifecycleEvents('create', app), ...credentialChanges(app, undefined)]
  org.record({ what: 'app', op: 'created', id, events }, cause)
  return { status: 201, json: showClient(app) }
}

function replaceClient(request: ManagementRequest): Answer {
  const { org, cause } = request
  const before = requireClient(request, 'clients.write')
  const { label, oauth, clientId } = readRegistration(request)
  if (clientId !== undefined && clientId !== before.oauth.clientId) {
    throw invalidMetadata("'client_id' cannot be changed.")
  }
  const client = makeClient(org, oauth, before.oauth.clientId, before.oauth)
  const app: ClientApp = {
    ...before,
    label,
    lastUpdatedMs: org.time.secondMs(),
    // Nor can it switch DPoP off.
    oauth: { ...client, dpopRequired: before.oauth.dpopRequired },
  }
  if (rotatesCredentials(app, before.oauth)) requireKeyRights(request, before)
  org.apps.put(app)
  const events = [...lifecycleEvents('update', app), ...credentialChanges(app, before.oauth)]
  org.record({ what: 'app', op: 'updated', id: app.id, events }, cause)
  return ok(showClient(app))
}

function replaceSecret(request: ManagementRequest): Answer {
  const { org, cause } = request
  const app = requireClient(request, 'clients.write')
  requireKeyRights(request, app)
  if (!usesSecret(app.oauth.authMethod)) {
    throw invalidMetadata(
      `'client_secret' can't be used when 'token_endpoint_auth_method' is '${app.oauth.authMethod}'.`,
    )
  }
  const secret = makeSecret(org)
  const changed: ClientApp = { ...app, oauth: { ...app.oauth, secrets: [secret] } }
  org.apps.put({ ...changed, lastUpdatedMs: org.time.secondMs() })
  const events = [credentialEvent('create', app, { id: secret.id, type: 'ClientSecret' })]
  org.record({ what: 'secret', op: 'created', id: app.id, member: secret.id, events }, cause)
  return ok(showClient(changed))
}

interface Registration {
  readonly label: string
  readonly clientId: string | undefined
  readonly oauth: OauthInput
}

// The rules are those of the Apps API; only the words of a refusal are those of RFC 7591.
function readRegistration(request: ManagementRequest): Registration {
  try {
    const body: JsonObject = readJsonObject(request)
    // A client id is the org's to choose here, so one in the body is only compared.
    const { client_id: _id, ...rest } = body
    const options = { httpJwksUri: mayUseHttp(request.org), defaultConsent: 'REQUIRED' } as const
    return {
      label: readText(body, 'client_name'),
      clientId: optionalText(body, 'client_id'),
      oauth: readOauth(rest, rest, options),
    }
  } catch (refusal) {
    if (!(refusal instanceof RefusedRequest) || refusal.status !== 400) throw refusal
    throw invalidMetadata(describe(refusal))
  }
}

function invalidMetadata(description: string): RefusedRequest {
  return new RefusedRequest(400, {
    error: 'invalid_client_metadata',
    error_description: description,
  })
}

function describe({ body }: RefusedRequest): string {
  const causes: unknown = body?.['errorCauses']
  const [cause]: readonly unknown[] = Array.isArray(causes) ? causes : []
  return String((isJsonObject(cause) && cause['errorSummary']) || body?.['errorSummary'])
}

function showClient(
  app: App & Pick<ClientApp, 'oauth'>,
  options: { readonly secret: boolean } = { secret: true },
): Readonly<Record<string, unknown>> {
  const { oauth } = app
  const secret = options.secret ? shownSecret(oauth) : undefined
  const { client_uri = null, logo_uri = null, redirect_uris = [] } = oauth.settings
  const optional = ['post_logout_redirect_uris', 'initiate_login_uri', 'policy_uri', 'tos_uri']
  const given = optional.filter((name) => oauth.settings[name] !== undefined)
  return {
    client_id: oauth.clientId,
    ...(secret && { client_secret: secret.value }),
    client_id_issued_at: Math.floor(app.createdMs / 1_000),
    ...(usesSecret(oauth.authMethod) && { client_secret_expires_at: 0 }),
    client_name: app.label,
    client_uri,
    logo_uri,
    redirect_uris,
    ...Object.fromEntries(given.map((name) => [name, oauth.settings[name]])),
    response_types: oauth.responseTypes,
    grant_types: oauth.grantTypes,
    token_endpoint_auth_method: oauth.authMethod,
    application_type: oauth.applicationType,
    ...(oauth.keys.length > 0 && { jwks: { keys: oauth.keys.map(showKeyInClient) } }),
    ...(oauth.jwksUri !== undefined && { jwks_uri: oauth.jwksUri }),
  }
}
