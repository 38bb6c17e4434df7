/** @module The values of a connection as a doctor takes them: as they were typed, but for the flags that have a form of their own. */

import type { ConnectionTexts } from '@postern/core'
import { type ConnectionValues, claimsOf, headersOf, parseLifetime } from './connection.ts'
import { parseJwtAlg } from './jwt-alg.ts'
import { expandScopeBundle } from './scope-bundle.ts'

/**
 * Texts for a diagnosis.
 *
 * @throws {UsageError | AssertionError} for a number, a name=value or an algorithm that is none.
 */
export function connectionTexts(values: ConnectionValues): ConnectionTexts {
  const { orgUrl, clientId, key, keyId, passphrase, scopes, apiToken, tokenUrl } = values
  return {
    orgUrl,
    clientId,
    key,
    keyId,
    passphrase,
    scopes: scopes === undefined ? undefined : expandScopeBundle(scopes),
    apiToken,
    tokenUrl,
    audience: values.jwtAudience,
    alg: values.jwtAlg ? parseJwtAlg(values.jwtAlg) : undefined,
    assertion: {
      lifetimeSeconds: parseLifetime(values.jwtExpirySeconds),
      // An empty text is a field that was left empty.
      issuer: values.jwtIssuer || undefined,
      subject: values.jwtSubject || undefined,
      additionalClaims: claimsOf(values),
    },
    assertionParameter: values.assertionKey,
    headers: headersOf(values),
    dpopRequired: values.dpopRequired,
  }
}
