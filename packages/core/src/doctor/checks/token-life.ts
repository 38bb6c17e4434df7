/** @module Whether the token lives as long as the token endpoint says, and as tokens of an org do. */

import { decodeBase64url } from '../../base64url.ts'
import type { Token } from '../../token/token.ts'
import type { Check } from '../check.ts'
import { ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { parseRecord } from '../record.ts'

// The life of a token of an org's own authorization server; it cannot be configured.
const USUAL_SECONDS = 3_600

// `iat` and the answer need not be of the same second.
const TOLERANCE_SECONDS = 60

/**
 * Reads the times inside the token, for this alone: to whoever uses a token, it is opaque.
 *
 * @see Okta, "Implement OAuth for Okta with a service app" - tokens live for one hour
 */
export const tokenLifeCheck: Check = {
  name: 'token-life',
  question: 'Does the token live for an hour, as it is said to?',
  needs: ['token', 'granted-scopes'],
  credential: 'service-app',
  async *run(examination) {
    const token = examination.known('token')
    const told = token.expiresInSeconds
    const real = lifeOf(token)
    const details = { expiresInSeconds: told, realSeconds: real }
    if (real !== undefined && real < told - TOLERANCE_SECONDS) {
      const observed = `The token endpoint says ${told} s, and the token itself ends after ${real} s.`
      yield problem('token_life_misstated', observed, { status: 'warning', details })
    } else if (told < USUAL_SECONDS - TOLERANCE_SECONDS) {
      const observed = `The token lives for ${told} s; those of an org's own server live for ${USUAL_SECONDS} s.`
      yield problem('token_life_short', observed, { status: 'warning', details })
    } else {
      yield ok(`The token lives for ${told} s.`, details)
    }
    return true
  },
}

/** Seconds from `iat` to `exp`; undefined where the token is no JWT. */
function lifeOf({ accessToken }: Token): number | undefined {
  const [, payload = ''] = accessToken.reveal().split('.')
  const claims = parseRecord(bytesOf(payload)) ?? {}
  const seconds = Number(claims['exp']) - Number(claims['iat'])
  return Number.isFinite(seconds) ? seconds : undefined
}

function bytesOf(payload: string): Uint8Array | undefined {
  try {
    return decodeBase64url(payload)
  } catch {
    return undefined
  }
}
