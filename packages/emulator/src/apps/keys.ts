/** @module The keys of a service app one by one: add, read, activate, deactivate, delete. */

import { type Answer, noContent, ok } from '../http/answer.ts'
import { notFound } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'
import type { AppKey } from '../state/app.ts'
import type { ClientApp } from '../state/clients.ts'
import { requireKeyRights } from './apps.ts'
import { putCredentials } from './credential-changes.ts'
import { invalidKey, MAX_KEYS, readKey, tooManyKeys } from './key-input.ts'
import { requireClientApp } from './require-app.ts'
import { showKey } from './show-key.ts'

const type = 'JsonWebKey'
const allKeys = { path: '/api/v1/apps/{id}/credentials/jwks', bucket: '/api/v1/apps' } as const
const oneKey = { ...allKeys, path: `${allKeys.path}/{keyId}` } as const

/**
 * `/api/v1/apps/{id}/credentials/jwks`.
 *
 * @see Okta, "Application SSO Public Keys"
 */
export const keyRoutes: readonly ManagementRoute[] = [
  {
    ...allKeys,
    method: 'GET',
    summary: "Lists an app's keys",
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: listKeys,
  },
  {
    ...allKeys,
    method: 'POST',
    summary: 'Adds a public key to an app',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: addKey,
  },
  {
    ...oneKey,
    method: 'GET',
    summary: "Reads one of an app's keys",
    scope: 'okta.apps.read',
    permission: 'apps.read',
    handle: (request) => {
      const app = requireClientApp(request, 'apps.read')
      return ok(showKey(request.baseUrl, app, requireKey(request, app)))
    },
  },
  {
    ...oneKey,
    method: 'DELETE',
    summary: 'Deletes an inactive key',
    scope: 'okta.apps.manage',
    permission: 'apps.write',
    handle: deleteKey,
  },
  ...(['activate', 'deactivate'] as const).map(
    (what): ManagementRoute => ({
      method: 'POST',
      path: `${oneKey.path}/lifecycle/${what}`,
      summary: `Makes a key ${what === 'activate' ? 'active' : 'inactive'}`,
      bucket: '/api/v1/apps',
      scope: 'okta.apps.manage',
      permission: 'apps.write',
      handle: (request) => changeKeyStatus(request, what),
    }),
  ),
]

function listKeys(request: ManagementRequest): Answer {
  const app = requireClientApp(request, 'apps.read')
  const keys = app.oauth.keys.map((key) => showKey(request.baseUrl, app, key))
  switch (request.org.assumptions.keyListShape) {
    case 'array':
      return ok(keys)
    case 'object':
      return ok({ jwks: { keys } })
    case 'keys':
      return ok({ keys })
  }
}

function addKey(request: ManagementRequest): Answer {
  const { org } = request
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  const { jwk, status } = readKey(readJsonObject(request))
  const { keys } = app.oauth
  if (keys.length >= MAX_KEYS) throw tooManyKeys()
  const kids = keys.map((key) => key.jwk['kid'])
  if (keys.length > 0 && [...kids, jwk['kid']].includes(undefined)) {
    throw invalidKey('Each key should have a unique kid when adding multiple keys.')
  }
  if (keys.length > 0 && kids.includes(jwk['kid'])) {
    throw invalidKey("All keys in the 'jwks' must have a unique `kid`.")
  }
  const atMs = org.time.secondMs()
  const id = org.ids.next('appKey')
  const key: AppKey = { id, status, jwk, createdMs: atMs, lastUpdatedMs: atMs }
  // Keys that are kept in Okta and a URL of keys exclude each other.
  const { jwksUri: _uri, ...oauth } = app.oauth
  putCredentials(request, { ...app, oauth }, { keys: [...keys, key] }, { type, id, what: 'create' })
  return { status: 201, json: showKey(request.baseUrl, app, key) }
}

function deleteKey(request: ManagementRequest): Answer {
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  const key = requireKey(request, app)
  if (key.status === 'ACTIVE') {
    throw invalidKey(
      "You can't delete an active JSON Web Key. Deactivate the key before deleting it.",
    )
  }
  const rest = app.oauth.keys.filter(({ id }) => id !== key.id)
  putCredentials(request, app, { keys: rest }, { type, id: key.id, what: 'delete' })
  return noContent
}

function changeKeyStatus(request: ManagementRequest, what: 'activate' | 'deactivate'): Answer {
  const { org, baseUrl } = request
  const app = requireClientApp(request, 'apps.write')
  requireKeyRights(request, app)
  const key = requireKey(request, app)
  const status = what === 'activate' ? 'ACTIVE' : 'INACTIVE'
  if (key.status === status) return ok(showKey(baseUrl, app, key))
  const { keys, authMethod } = app.oauth
  const active = keys.filter((other) => other.status === 'ACTIVE')
  if (status === 'INACTIVE' && active.length === 1 && authMethod === 'private_key_jwt') {
    throw invalidKey(
      "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`.",
    )
  }
  const changed: AppKey = { ...key, status, lastUpdatedMs: org.time.secondMs() }
  const after = keys.map((other) => (other.id === key.id ? changed : other))
  putCredentials(request, app, { keys: after }, { type, id: key.id, what })
  return ok(showKey(baseUrl, app, changed))
}

function requireKey({ params }: ManagementRequest, app: ClientApp): AppKey {
  const keyId = params['keyId'] ?? ''
  const key = app.oauth.keys.find(({ id }) => id === keyId)
  if (key === undefined) throw notFound(keyId, 'JsonWebKey')
  return key
}
