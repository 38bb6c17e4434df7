/** @module The client secrets of an app whose method is one of the secrets: at most two, so that one can follow the other. */

import { createHash } from 'node:crypto'
import { formatTime } from '../clock.ts'
import { type Answer, noContent, ok } from '../http/answer.ts'
import { optionalChoice, optionalText } from '../http/fields.ts'
import { invalid, notFound, type RefusedRequest } from '../http/okta-error.ts'
import { type ManagementRequest, readOptionalJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { App, ClientSecret } from '../state/app.ts'
import type { ClientApp } from '../state/clients.ts'
import { requireKeyRights } from './apps.ts'
import { makeSecret, usesSecret } from './client-app.ts'
import { putCredentials } from './credential-changes.ts'
import { requireClientApp } from './require-app.ts'
import { credentialLinks } from './show-key.ts'

const type = 'ClientSecret'
const MAX_SECRETS = 2
const SECRET_LENGTH = { min: 14, max: 100 }
const all = { path: '/api/v1/apps/{id}/credentials/secrets', bucket: '/api/v1/apps' } as const
const one = { ...all, path: `${all.path}/{secretId}` } as const

/**
 * `/api/v1/apps/{id}/credentials/secrets`.
 *
 * @see Okta, "Client secret rotation and key management"
 */
export const secretRoutes: readonly ManagementRoute[] = [
  {
    ...all,
    method: 'GET',
    summary: "Lists an app's client secrets",
    scope: 'okta.apps.read',
    permission: 'apps.write',
    handle: (request) => {
      const app = requireClientApp(request, 'apps.write')
      return ok(app.oauth.secrets.map((secret) => showSecret(request.baseUrl, app, secret)))
    },
  },
  {
    ...all,
    method: 'POST',
    summary: 'Adds a client secret to an app',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: addSecret,
  },
  {
    ...one,
    method: 'GET',
    summary: "Reads one of an app's client secrets",
    scope: 'okta.apps.read',
    permission: 'apps.write',
    handle: (request) => {
      const app = requireClientApp(request, 'apps.write')
      return ok(showSecret(request.baseUrl, app, requireSecret(request, app)))
    },
  },
  {
    ...one,
    method: 'DELETE',
    summary: 'Deletes an inactive client secret',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: deleteSecret,
  },
  ...(['activate', 'deactivate'] as const).map(
    (what): ManagementRoute => ({
      method: 'POST',
      path: `${one.path}/lifecycle/${what}`,
      summary: `Makes a client secret ${what === 'activate' ? 'active' : 'inactive'}`,
      bucket: '/api/v1/apps',
      scope: 'okta.apps.manage',
      permission: 'apps.write',
      handle: (request) => changeSecretStatus(request, what),
    }),
  ),
]

function addSecret(request: ManagementRequest): Answer {
  const { org, baseUrl } = request
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  if (!usesSecret(app.oauth.authMethod)) {
    throw invalidSecret(
      `'client_secret' can't be used when 'token_endpoint_auth_method' is '${app.oauth.authMethod}'.`,
    )
  }
  const body = readOptionalJsonObject(request)
  const value = optionalText(body, 'client_secret')
  const { min, max } = SECRET_LENGTH
  if (value !== undefined && (value.length < min || value.length > max)) {
    throw invalidSecret(`'client_secret' must have ${min} to ${max} characters.`)
  }
  const status = optionalChoice(body, 'status', ['ACTIVE', 'INACTIVE'] as const) ?? 'ACTIVE'
  if (app.oauth.secrets.length >= MAX_SECRETS) {
    throw invalidSecret('You have reached the maximum number of client secrets per client.')
  }
  const secret = { ...makeSecret(org, value), status }
  putCredentials(
    request,
    app,
    { secrets: [...app.oauth.secrets, secret] },
    { type, id: secret.id, what: 'create' },
  )
  return { status: 201, json: showSecret(baseUrl, app, secret) }
}

function deleteSecret(request: ManagementRequest): Answer {
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  const secret = requireSecret(request, app)
  if (secret.status === 'ACTIVE') {
    throw invalidSecret(
      "You can't delete an active client secret. Deactivate the secret before deleting it.",
    )
  }
  const rest = app.oauth.secrets.filter(({ id }) => id !== secret.id)
  putCredentials(request, app, { secrets: rest }, { type, id: secret.id, what: 'delete' })
  return noContent
}

function changeSecretStatus(request: ManagementRequest, what: 'activate' | 'deactivate'): Answer {
  const { org, baseUrl } = request
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  const secret = requireSecret(request, app)
  const status = what === 'activate' ? 'ACTIVE' : 'INACTIVE'
  if (secret.status === status) return ok(showSecret(baseUrl, app, secret))
  const active = app.oauth.secrets.filter((other) => other.status === 'ACTIVE')
  if (status === 'INACTIVE' && active.length === 1) {
    throw invalidSecret("Can't deactivate the only active client secret.")
  }
  const changed: ClientSecret = { ...secret, status, lastUpdatedMs: org.time.secondMs() }
  const after = app.oauth.secrets.map((other) => (other.id === secret.id ? changed : other))
  putCredentials(request, app, { secrets: after }, { type, id: secret.id, what })
  return ok(showSecret(baseUrl, app, changed))
}

// The name of the object is Okta's own.
function invalidSecret(cause: string): RefusedRequest {
  return invalid('OAuth2ClientSecretMediated', cause)
}

function requireSecret({ params }: ManagementRequest, app: ClientApp): ClientSecret {
  const secretId = params['secretId'] ?? ''
  const secret = app.oauth.secrets.find(({ id }) => id === secretId)
  if (secret === undefined) throw notFound(secretId, 'OAuth2ClientSecretMediated')
  return secret
}

/** A client secret as Okta prints it. */
export function showSecret(
  baseUrl: string,
  app: App,
  { id, status, value, createdMs, lastUpdatedMs }: ClientSecret,
) {
  return {
    id,
    status,
    client_secret: value,
    secret_hash: createHash('sha256').update(value).digest('base64url').slice(0, 22),
    created: formatTime(createdMs),
    lastUpdated: formatTime(lastUpdatedMs),
    _links: credentialLinks(`${baseUrl}/api/v1/apps/${app.id}/credentials/secrets/${id}`, status),
  }
}
