/** @module The values of a connection as the body of a request to Postern's own API. */

import type { Secret } from '@postern/core'
import { type ConnectionValues, claimsOf, headersOf } from '../config/connection.ts'
import type { ConnectionMembers } from '../config/connection-members.ts'

/** The members that the values stand for. What was left out, or left empty, is not among them. */
export function bodyOf(values: ConnectionValues): Partial<ConnectionMembers> {
  const { key, passphrase, apiToken, dpopRequired, jwtClaims, headers, ...texts } = values
  const members = {
    ...texts,
    key: key && textOf(key),
    passphrase: passphrase?.reveal(),
    apiToken: apiToken?.reveal(),
    jwtClaims: jwtClaims && claimsOf(values),
    headers: headers && headersOf(values),
  }
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== '')
  return { ...Object.fromEntries(given), ...dpopOf(dpopRequired) }
}

function dpopOf(required: boolean | undefined): Pick<ConnectionMembers, 'dpop'> {
  if (required === undefined) return {}
  return { dpop: required ? 'always' : 'never' }
}

/** A key as text; one that is none, as DER is not, in base64. */
function textOf(key: Secret<string | Uint8Array>): string {
  const content = key.reveal()
  if (typeof content === 'string') return content
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return Buffer.from(content).toString('base64')
  }
}
