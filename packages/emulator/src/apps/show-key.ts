/** @module A key as Okta prints it: inside an app, and by itself. */

import { formatTime } from '../clock.ts'
import type { App, AppKey } from '../state/app.ts'

/** A key inside `settings.oauthClient.jwks.keys` of an app. */
export function showKeyInApp({ id, status, jwk }: AppKey) {
  return {
    kty: jwk['kty'],
    id,
    status,
    ...kidAndAlg(jwk),
    use: jwk['use'] ?? null,
    ...material(jwk),
  }
}

/** A key inside `jwks.keys` of a client of dynamic registration. */
export function showKeyInClient({ jwk }: AppKey) {
  return {
    kty: jwk['kty'],
    ...kidAndAlg(jwk),
    use: jwk['use'] ?? null,
    ...material(jwk),
  }
}

/** A key by itself. */
export function showKey(
  baseUrl: string,
  app: App,
  { id, status, jwk, createdMs, lastUpdatedMs }: AppKey,
) {
  const href = `${baseUrl}/api/v1/apps/${app.id}/credentials/jwks/${id}`
  return {
    id,
    kid: jwk['kid'] ?? null,
    kty: jwk['kty'],
    alg: jwk['alg'] ?? null,
    use: jwk['use'] ?? null,
    ...material(jwk),
    status,
    created: formatTime(createdMs),
    lastUpdated: formatTime(lastUpdatedMs),
    _links: credentialLinks(href, status),
  }
}

/** The links of a key or a secret: what may be done with it next. */
export function credentialLinks(href: string, status: AppKey['status']) {
  const post = { hints: { allow: ['POST'] } }
  if (status === 'ACTIVE') {
    return { deactivate: { href: `${href}/lifecycle/deactivate`, ...post } }
  }
  return {
    activate: { href: `${href}/lifecycle/activate`, ...post },
    delete: { href, hints: { allow: ['DELETE'] } },
  }
}

// The members that show the kind of a key; Okta prints the `crv` of an EC key even where none was given.
function material({ kty, e = null, n = null, x = null, y = null, crv = null }: AppKey['jwk']) {
  if (kty === 'RSA') return { e, n }
  return kty === 'EC' ? { x, y, crv } : {}
}

function kidAndAlg({ kid, alg }: AppKey['jwk']) {
  return { ...(kid !== undefined && { kid }), ...(alg !== undefined && { alg }) }
}
