/** @module Faults of the URL behind which a service app publishes its keys. */

import type { Fault, FaultPlace } from './fault.ts'
import { oauthFault } from './service-app-fault.ts'

// Nothing listens on the port of the protocol "tcpmux", which a user may not open.
const UNREACHABLE = 'http://127.0.0.1:1/keys'

/** Faults of a `jwks_uri`. The control API serves the key sets in the place of the operator's web server. */
export const keyUrlFaults: readonly Fault[] = [
  keyUrlFault(
    'keys-url-unreachable',
    'The app fetches its keys from a URL that does not answer.',
    '401 invalid_client: Error retrieving the client JWKSet from jwks_uri.',
    () => UNREACHABLE,
  ),
  keyUrlFault(
    'keys-url-not-json',
    'The URL of the keys answers with a web page.',
    '401 invalid_client: Error retrieving the client JWKSet from jwks_uri.',
    keySet('not-json'),
  ),
  keyUrlFault(
    'keys-url-empty',
    'The URL of the keys answers with a set without keys.',
    '401 invalid_client: The client JWKSet from jwks_uri must contain at least one key.',
    keySet('empty'),
  ),
  keyUrlFault(
    'keys-url-duplicate-kids',
    'The set behind the URL has two keys of one key id.',
    '401 invalid_client: All keys in the client JWKSet from jwks_uri must have a unique kid.',
    keySet('duplicate-kids'),
  ),
  keyUrlFault(
    'keys-url-outdated',
    'The set behind the URL does not have the new key yet.',
    '401 invalid_client: The client_assertion JWT kid is invalid.',
    keySet('outdated'),
  ),
  keyUrlFault(
    'keys-url-slow',
    'The web server behind the URL of the keys takes a minute to answer.',
    '401 invalid_client: Error retrieving the client JWKSet from jwks_uri.',
    keySet('slow'),
  ),
]

function keySet(which: string): (place: FaultPlace, clientId: string) => string {
  return ({ controlUrl }, clientId) =>
    `${controlUrl}/key-sets/${which}?client=${encodeURIComponent(clientId)}`
}

function keyUrlFault(
  name: string,
  summary: string,
  answers: string,
  urlOf: (place: FaultPlace, clientId: string) => string,
): Fault {
  return oauthFault({ name, summary, answers }, ({ oauth }, place) => ({
    keys: [],
    jwksUri: urlOf(place, oauth.clientId),
  }))
}
