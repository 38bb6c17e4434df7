/** @module Faults of an API token (SSWS) and of the person whose it is. */

import { SetupError } from '../setup-error.ts'
import type { ApiToken } from '../state/api-token.ts'
import type { User } from '../state/user.ts'
import { type Fault, type FaultPlace, type FaultText, type Undo, withMembersOf } from './fault.ts'
import type { ParameterValues } from './parameter.ts'

const UNUSED_DAYS_MS = 31 * 86_400_000
const tokenParameter = {
  token: { meaning: 'the id of the token; default: that of the first Super Admin', type: 'text' },
} as const

/** Faults of API tokens. */
export const apiTokenFaults: readonly Fault[] = [
  tokenFault(
    {
      name: 'api-token-revoked',
      summary: 'The API token was revoked.',
      answers: '401 E0000011 Invalid token provided',
    },
    () => ({ revoked: true }),
  ),
  tokenFault(
    {
      name: 'api-token-expired',
      summary: 'The API token was not used for 30 days.',
      answers: '401 E0000011 Invalid token provided',
    },
    (_token, { org }) => ({ lastUsedMs: org.time.secondMs() - UNUSED_DAYS_MS }),
  ),
  tokenFault(
    {
      name: 'api-token-network-zone',
      summary: 'The API token may be used from a network zone only, and the client is not in it.',
      answers: '403 E0000006',
    },
    () => ({ networkAllowed: false }),
  ),
  ownerFault(
    {
      name: 'api-token-owner-deactivated',
      summary: 'The person who made the API token was deactivated.',
      answers: '401 E0000011 Invalid token provided',
    },
    () => ({ status: 'DEPROVISIONED' }),
  ),
  ownerFault(
    {
      name: 'api-token-owner-read-only',
      summary: 'The person who made the API token is a Read-only Administrator now.',
      answers: 'Reads as before; writes 403 E0000006',
    },
    ({ roles = [] }) => ({
      roles: roles.slice(0, 1).map((role) => ({ ...role, type: 'READ_ONLY_ADMIN' as const })),
    }),
  ),
  ownerFault(
    {
      name: 'api-token-owner-without-role',
      summary: 'The person who made the API token lost every admin role.',
      answers: 'Lists are 200 [], single objects and writes 403 E0000006',
    },
    () => ({ roles: [] }),
  ),
]

function tokenFault(
  text: FaultText,
  change: (token: ApiToken, place: FaultPlace) => Partial<ApiToken>,
): Fault {
  return misconfigure(text, (token, place) => {
    const { org } = place
    const fields = change(token, place)
    org.apiTokens.put({ ...token, ...fields })
    return () => {
      const now = org.apiTokens.get(token.id)
      if (now !== undefined) org.apiTokens.put(withMembersOf(now, token, Object.keys(fields)))
    }
  })
}

function ownerFault(text: FaultText, change: (owner: User) => Partial<User>): Fault {
  return misconfigure(text, (token, { org }) => {
    const owner = org.users.get(token.ownerId)
    if (owner === undefined) throw withoutObject(text.name, token.ownerId)
    const fields = change(owner)
    const put = (user: User) => {
      org.putUser({ ...user, lastUpdatedMs: org.time.secondMs() })
      org.record({ what: 'user', op: 'updated', id: user.id })
    }
    put({ ...owner, ...fields })
    return () => {
      const now = org.users.get(owner.id)
      if (now !== undefined) put(withMembersOf(now, owner, Object.keys(fields)))
    }
  })
}

function misconfigure(
  text: FaultText,
  change: (token: ApiToken, place: FaultPlace) => Undo,
): Fault {
  return {
    ...text,
    kind: 'misconfiguration',
    parameters: tokenParameter,
    change: (place, values) => change(requireToken(text.name, place, values), place),
  }
}

function requireToken(
  fault: string,
  { org, apiTokenId }: FaultPlace,
  values: ParameterValues,
): ApiToken {
  const id = values.text('token') ?? apiTokenId
  const token = org.apiTokens.get(id)
  if (token === undefined) throw withoutObject(fault, id)
  return token
}

function withoutObject(fault: string, id: string): SetupError {
  return new SetupError(
    'fault_without_object',
    `The fault ${fault} has nothing to happen to: the org has no ${id}.`,
    'Give the id of an API token that is there, and whose owner is.',
  )
}
