/** @module A key as Okta prints it: inside an app, and by itself. */

import { formatTime } from '../clock.ts'
import type { App, AppKey } from '../state/app.ts'

/** The members of a key that show its kind; Okta prints the `crv` of an EC key even where none was given. */
const kindMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'n'],
  EC: ['x', 'y', 'crv'],
}

/** A key inside `settings.oauthClient.jwks.keys` of an app. */
export function keyInApp({ id, status, jwk }: AppKey): Readonly<Record<string, unknown>> {
  return {
    kty: jwk['kty'],
    id,
    status,
    ...pick(jwk, ['kid', 'alg']),
    use: jwk['use'] ?? null,
    ...material(jwk),
  }
}

/** A key inside `jwks.keys` of a client of dynamic registration. */
export function keyInClient({ jwk }: AppKey): Readonly<Record<string, unknown>> {
  return {
    kty: jwk['kty'],
    ...pick(jwk, ['kid', 'alg']),
    use: jwk['use'] ?? null,
    ...material(jwk),
  }
}

/** A key by itself. */
export function keyAlone(
  baseUrl: string,
  app: App,
  { id, status, jwk, createdMs, lastUpdatedMs }: AppKey,
): Readonly<Record<string, unknown>> {
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
export function credentialLinks(
  href: string,
  status: AppKey['status'],
): Readonly<Record<string, unknown>> {
  const post = { hints: { allow: ['POST'] } }
  if (status === 'ACTIVE') {
    return { deactivate: { href: `${href}/lifecycle/deactivate`, ...post } }
  }
  return {
    activate: { href: `${href}/lifecycle/activate`, ...post },
    delete: { href, hints: { allow: ['DELETE'] } },
  }
}

function material(jwk: AppKey['jwk']): Readonly<Record<string, unknown>> {
  const names = kindMembers[String(jwk['kty'])] ?? []
  return Object.fromEntries(names.map((name) => [name, jwk[name] ?? null]))
}

function pick(jwk: AppKey['jwk'], names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    names.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])),
  )
}
