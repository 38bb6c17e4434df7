/** @module Faults of the public keys that a service app has in Okta. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { randomText } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import type { AppKey } from '../state/app.ts'
import type { Org } from '../state/org.ts'
import type { Fault } from './fault.ts'
import { oauthFault } from './service-app-fault.ts'

const kidInvalid = '401 invalid_client: The client_assertion JWT kid is invalid.'

/** Faults of registered keys. */
export const keyFaults: readonly Fault[] = [
  oauthFault(
    {
      name: 'key-inactive',
      summary: 'The key was deactivated in Okta after another one was added.',
      answers: kidInvalid,
    },
    ({ oauth }, { org }) => ({
      keys: [...oauth.keys.map((key): AppKey => ({ ...key, status: 'INACTIVE' })), strangeKey(org)],
    }),
  ),
  oauthFault(
    {
      name: 'key-deleted',
      summary: 'The key was deleted in Okta after another one was added.',
      answers: kidInvalid,
    },
    (_app, { org }) => ({ keys: [strangeKey(org)] }),
  ),
  oauthFault(
    {
      name: 'key-not-registered',
      summary: 'No public key was ever added to the app.',
      answers:
        '401 invalid_client: The client does not have a JWKSet configured, but the client_assertion requires one.',
    },
    () => ({ keys: [] }),
  ),
  oauthFault(
    {
      name: 'key-replaced',
      summary: 'Okta has the public half of another pair under the same key id.',
      answers: '401 invalid_client: The client_assertion signature is invalid.',
    },
    ({ oauth }) => ({ keys: oauth.keys.map((key) => ({ ...key, jwk: strangeJwk(key.jwk) })) }),
  ),
  oauthFault(
    {
      name: 'kid-unknown',
      summary: 'The key is registered under another key id than the one that is sent.',
      answers: kidInvalid,
    },
    ({ oauth }) => ({
      keys: oauth.keys.map((key) => ({ ...key, jwk: { ...key.jwk, kid: randomText(22) } })),
    }),
  ),
  oauthFault(
    {
      name: 'second-key-registered',
      summary: 'A second key was added to the app.',
      answers: `Nothing for an assertion that names its kid; ${kidInvalid} for one that does not`,
    },
    ({ oauth }, { org }) => ({ keys: [...oauth.keys, strangeKey(org)] }),
  ),
  oauthFault(
    {
      name: 'key-for-encryption',
      summary: 'The key was registered with "use": "enc".',
      answers:
        "401 invalid_client: The public key being used for client assertion has an invalid 'use' parameter.",
    },
    ({ oauth }) => ({
      keys: oauth.keys.map((key) => ({ ...key, jwk: { ...key.jwk, use: 'enc' } })),
    }),
  ),
]

/** A key whose private half nobody has. */
function strangeKey(org: Org): AppKey {
  const nowMs = org.time.secondMs()
  return {
    id: org.ids.next('appKey'),
    status: 'ACTIVE',
    jwk: { ...strangeJwk({ kty: 'RSA', use: 'sig' }), kid: randomText(22) },
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
  }
}

/** The same JWK with another public key of its type. */
export function strangeJwk(jwk: JsonObject): JsonObject {
  if (jwk['kty'] !== 'EC') return { ...jwk, e: 'AQAB', n: strangeModulus() }
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: String(jwk['crv']) })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { ...jwk, x, y }
}

// 2048 bits, odd: a modulus that verifies nothing, without the time that two primes take.
function strangeModulus(): string {
  const bytes = randomBytes(256)
  bytes[0] = (bytes[0] ?? 0) | 0x80
  bytes[255] = (bytes[255] ?? 0) | 1
  return bytes.toString('base64url')
}
