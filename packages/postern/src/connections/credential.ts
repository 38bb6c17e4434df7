/** @module The credential of a stored connection. In the store its parts are apart, and what is secret is sealed. */

import { importKey, type OrgUrl, Secret, tokenUrl } from '@postern/core'
import type { Connection, ConnectionValues, KeyedServiceApp } from '../config/connection.ts'
import type { ConnectionSettings } from '../store/connection-settings.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Seal, SealedSecret, SecretPlace } from '../store/seal.ts'
import { SealError } from '../store/seal-error.ts'
import { readSecret } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'

/** A sealed secret and where it belongs. */
export interface PlacedSecret {
  readonly place: SecretPlace
  readonly sealed: SealedSecret
}

/** What of a credential is no secret. */
export function settingsOf(credential: Connection['credential']): ConnectionSettings {
  if (credential.kind === 'api-token') return {}
  const { scopes, authorizationServerId, assertion, assertionParameter, headers = {} } = credential
  const headerNames = Object.keys(headers)
  return {
    scopes,
    publicJwk: credential.key.publicJwk,
    ...(authorizationServerId === undefined ? {} : { authorizationServerId }),
    ...(assertion === undefined ? {} : { assertion }),
    ...(assertionParameter === undefined ? {} : { assertionParameter }),
    ...(headerNames.length === 0 ? {} : { headerNames }),
    ...(credential.dpopRequired === undefined ? {} : { dpopRequired: credential.dpopRequired }),
  }
}

/** Seals what of a credential is secret. Outside a transaction: a master key may be in a service of the network. */
export async function sealCredential(
  seal: Seal,
  connectionId: string,
  credential: Connection['credential'],
): Promise<readonly PlacedSecret[]> {
  return Promise.all(
    secretsOf(credential).map(async ({ secret, ...of }) => {
      const place = { connectionId, ...of }
      return { place, sealed: await seal.seal(place, secret) }
    }),
  )
}

function secretsOf(
  credential: Connection['credential'],
): readonly (Omit<SecretPlace, 'connectionId'> & { readonly secret: Secret })[] {
  if (credential.kind === 'api-token') {
    return [{ kind: 'api-token', label: '', secret: credential.apiToken }]
  }
  const { key, headers = {} } = credential
  const sealedHeaders = new Secret(JSON.stringify(headers))
  return [
    { kind: 'private-key', label: key.kid, secret: key.privateJwk },
    ...(Object.keys(headers).length === 0
      ? []
      : [{ kind: 'headers', label: '', secret: sealedHeaders } as const]),
  ]
}

/**
 * The credential of a stored connection, unsealed.
 *
 * @throws {SealError} `seal_broken`, also where a secret is not there; `seal_locked`.
 */
export async function readCredential(
  { store, seal }: { readonly store: Store; readonly seal: Seal },
  row: ConnectionRow,
): Promise<Connection['credential']> {
  const open = async (kind: SecretPlace['kind'], label = '') => {
    const place = { connectionId: row.id, kind, label }
    return (await readSecret(store, seal, place)) ?? secretGone(row, place)
  }
  if (row.kind === 'api-token') return { kind: 'api-token', apiToken: await open('api-token') }
  const { scopes = [], publicJwk, headerNames = [], ...rest } = row.settings
  const privateJwk = await open('private-key', publicJwk?.kid)
  const headers = headerNames.length === 0 ? undefined : await open('headers')
  const { authorizationServerId, assertion, assertionParameter, dpopRequired } = rest
  return {
    kind: 'service-app',
    clientId: row.client_id ?? '',
    key: await importStoredKey(privateJwk),
    scopes,
    authorizationServerId,
    assertion,
    assertionParameter,
    headers: headers && readHeaders(headers),
    dpopRequired,
  }
}

/** The headers of token requests that {@link sealCredential} sealed. */
export function readHeaders(headers: Secret): Readonly<Record<string, string>> {
  return JSON.parse(headers.reveal())
}

/** The values that give a stored credential again, as a person would type them. */
export function valuesOfCredential(
  org: OrgUrl,
  credential: Connection['credential'],
): ConnectionValues {
  if (credential.kind === 'api-token') return { orgUrl: org, apiToken: credential.apiToken }
  const { authorizationServerId: serverId, assertion = {} } = credential
  return {
    orgUrl: org,
    clientId: credential.clientId,
    key: credential.key.privateJwk,
    scopes: credential.scopes.join(' '),
    jwtExpirySeconds: assertion.lifetimeSeconds?.toString(),
    jwtIssuer: assertion.issuer,
    jwtSubject: assertion.subject,
    jwtAudience: assertion.audience,
    tokenUrl: serverId === undefined ? undefined : tokenUrl(org, serverId),
    assertionKey: credential.assertionParameter,
    jwtClaims: assertion.additionalClaims,
    headers: credential.headers,
    dpopRequired: credential.dpopRequired,
  }
}

/** A private JWK that leaves open which algorithm it signs with. */
export function withoutAlg(privateJwk: Secret): Secret {
  const { alg: _alg, ...members }: Record<string, unknown> = JSON.parse(privateJwk.reveal())
  return new Secret(JSON.stringify(members))
}

/**
 * A private key that was sealed. Its primes were proven before that, and the seal shows that it is the same: they are not
 * tried out again.
 */
export function importStoredKey(privateJwk: Secret): Promise<KeyedServiceApp['key']> {
  return importKey(privateJwk.reveal(), { isProbablePrime: async () => true })
}

function secretGone(row: ConnectionRow, place: SecretPlace): never {
  throw new SealError('seal_broken', `The ${place.kind} of connection ${row.name} is not there.`, {
    remedy: 'Restore the store from a backup, or remove the connection and connect it again.',
    details: { ...place },
  })
}
